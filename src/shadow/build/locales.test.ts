import { expect, test } from 'vitest'
import { locales } from './database.ts'

const like = (collate: string, provider = 'c', locale: string | null = null) => ({
  ...{ name: 'x', version: 0, user: 'u', encoding: 'UTF8', blockSize: 8192 },
  ...{ collate, ctype: collate, provider, locale },
})
const first = (major: number, d: ReturnType<typeof like>) => locales(major, d).map((l) => l.options)

test('C stays C, and what is not C never becomes it where there is ICU', () => {
  expect(first(17, like('C'))[0]).toBe(`LC_COLLATE 'C' LC_CTYPE 'C'`)
  expect(first(17, like('en_US.UTF-8'))).toEqual([
    `LC_COLLATE 'en_US.UTF-8' LC_CTYPE 'en_US.UTF-8'`,
    `LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LC_COLLATE 'C' LC_CTYPE 'C'`,
    `LOCALE_PROVIDER icu ICU_LOCALE 'und' LC_COLLATE 'C' LC_CTYPE 'C'`,
  ])
  expect(first(17, like('C', 'i', 'de'))).toEqual([
    `LOCALE_PROVIDER icu ICU_LOCALE 'de' LC_COLLATE 'C' LC_CTYPE 'C'`,
  ])
  expect(first(18, like('C', 'b', 'C.UTF-8'))[0]).toContain(`BUILTIN_LOCALE 'C.UTF-8'`)
})

test('before 15 columns get the collation that the database can not have', () => {
  expect(locales(14, like('de_DE.UTF-8'))).toEqual([
    { options: `LC_COLLATE 'de_DE.UTF-8' LC_CTYPE 'de_DE.UTF-8'`, collation: undefined },
    { options: `LC_COLLATE 'C' LC_CTYPE 'C'`, collation: `pg_catalog."de-DE-x-icu"` },
  ])
})
