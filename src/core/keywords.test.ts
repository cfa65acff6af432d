import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freshDatabase, majors } from '../../test/servers.ts'
import { quoteIdentifier } from './identifier.ts'
import { KEYWORDS } from './keywords.ts'

const words = async (major: (typeof majors)[number]): Promise<string[]> => {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  const rows = await db.query(
    `SELECT word FROM pg_get_keywords() WHERE catcode <> 'U' ORDER BY word COLLATE "C"`,
  )
  return rows.map((r) => String(r.word))
}

const NAME = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_$]{0,20}$/),
  fc.constantFrom(...KEYWORDS),
  fc.constantFrom(...KEYWORDS).map((word) => word.toUpperCase()),
  fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => !s.includes('\0') && s.isWellFormed()),
)

describe.each(majors)('PostgreSQL %i', (major) => {
  test('quotes as we do, but for words that are key words only in another version', async () => {
    const db = await freshDatabase(major)
    onTestFinished(() => db.drop())
    const own = new Set(await words(major))
    const names = [...new Set(fc.sample(NAME, 3_000))]
    const rows = await db.query(
      'SELECT name, quote_ident(name) AS quoted FROM unnest($1::text[]) WITH ORDINALITY AS given(name, n) ORDER BY n',
      [names],
    )
    expect(rows.length).toBe(names.length)
    for (const { name, quoted } of rows as { name: string; quoted: string }[]) {
      if (KEYWORDS.has(name) && !own.has(name)) expect(quoteIdentifier(name)).toBe(`"${name}"`)
      else expect(quoteIdentifier(name)).toBe(quoted)
    }
  })

  test('reads every key word of ours as the name that was meant', async () => {
    const db = await freshDatabase(major)
    onTestFinished(() => db.drop())
    const columns = [...KEYWORDS].map((word) => `${quoteIdentifier(word)} int`)
    await db.query(`CREATE TABLE t (${columns.join(', ')})`)
    await db.query(`SELECT ${[...KEYWORDS].map(quoteIdentifier).join(', ')} FROM t`)
  })
})

test('has each key word of each version that may not stand for a name, and no other', async () => {
  const all = (await Promise.all(majors.map(words))).flat()
  // Where not all versions run here, some words are theirs.
  expect([...KEYWORDS]).toEqual(expect.arrayContaining(all))
  if (majors.length === 5) expect([...KEYWORDS].sort()).toEqual([...new Set(all)].sort())
})
