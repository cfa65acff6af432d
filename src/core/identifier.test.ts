import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameOfShown, qualifiedName, quoteIdentifier, shownName } from './identifier.ts'

/** Reads an identifier as PostgreSQL's lexer does; gives the name and what follows it. */
function read(sql: string): { name: string; rest: string } {
  const plain = /^[a-z_][a-z0-9_]*/.exec(sql)
  if (plain) return { name: plain[0], rest: sql.slice(plain[0].length) }
  const found = /^"((?:[^"]|"")*)"/.exec(sql)
  if (!found) throw new Error(`not an identifier: ${sql}`)
  return { name: (found[1] as string).replaceAll('""', '"'), rest: sql.slice(found[0].length) }
}

test.each([
  ['invoices', 'invoices'],
  ['_x1', '_x1'],
  ['public', 'public'],
  ['Order', '"Order"'],
  ['order', '"order"'],
  ['between', '"between"'],
  ['a$b', '"a$b"'],
  ['1st', '"1st"'],
  ['', '""'],
  ['é', '"é"'],
  ['invoices\n', '"invoices\n"'],
  ['Order Lines', '"Order Lines"'],
  ['a"b', '"a""b"'],
  ['"; DROP TABLE x; --', '"""; DROP TABLE x; --"'],
])('%j is written as %s', (name, quoted) => expect(quoteIdentifier(name)).toBe(quoted))

test('a name is read back as it was, with nothing left over', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(read(quoteIdentifier(name))).toEqual({ name, rest: '' })
    }),
  )
})

test('a qualified name is read back as its two parts', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (schema, name) => {
      const first = read(qualifiedName(schema, name))
      expect(first.name).toBe(schema)
      expect(read(first.rest.slice(1))).toEqual({ name, rest: '' })
    }),
  )
})

test('two relations never have one name for keys, however they are called', () => {
  const letters = ['', 'a', '.', '"']
  const names = letters.flatMap((x) => letters.flatMap((y) => letters.map((z) => x + y + z)))
  const parts = [...new Set(names)].filter((name) => name !== '')
  const shown = new Set(parts.flatMap((schema) => parts.map((name) => shownName(schema, name))))
  expect(shown.size).toBe(parts.length ** 2)
  for (const schema of parts)
    for (const name of parts) expect(nameOfShown(shownName(schema, name), schema)).toBe(name)
  expect([shownName('public', 'Gäste "A"'), shownName('a.b', 'c')]).toEqual(['public.Gäste "A"', '"a.b".c'])
})
