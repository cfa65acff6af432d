import { expect, test } from 'vitest'
import { parseConfig } from '../monitor/config.ts'
import { chooseTarget, parseTarget } from './target.ts'

const shop = { name: 'shop', url: 'postgres://db/shop' }
const mail = { name: 'mail', url: 'postgres://db/mail' }
const one = parseConfig({ targets: [shop] })
const two = parseConfig({ targets: [shop, mail] })

test('an argument before DATABASE_URL before the only configured one', () => {
  const env = { DATABASE_URL: 'postgres://env/x' }
  expect(chooseTarget('postgres://arg/x', one, env)).toEqual({ url: 'postgres://arg/x' })
  expect(chooseTarget('mail', two, env)).toEqual(mail)
  expect(chooseTarget(undefined, one, env)).toEqual({ url: 'postgres://env/x' })
  expect(chooseTarget(undefined, one, {})).toEqual(shop)
})

test('which of several is not guessed', () => {
  expect(() => chooseTarget(undefined, two, {})).toThrow('shop, mail')
  expect(() => chooseTarget('mali', two, {})).toThrow('did you mean mail?')
})

test.each([
  ['postgres://u:p@h/db', { url: 'postgres://u:p@h/db' }],
  ['Shop=postgres://h/db', { name: 'Shop', url: 'postgres://h/db' }],
  ['postgres://h/db?sslmode=disable', { url: 'postgres://h/db?sslmode=disable' }],
  ['a b=postgres://h/db?x=y', { name: 'a b', url: 'postgres://h/db?x=y' }],
])('%s', (text, target) => expect(parseTarget(text)).toEqual(target))

test('what is no URL is refused without being repeated', () => {
  expect(() => parseTarget('shop=secret')).toThrow(/name=URL/)
  expect(() => parseTarget('shop=secret')).not.toThrow(/secret/)
})
