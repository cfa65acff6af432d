import fc from 'fast-check'
import { expect, test } from 'vitest'
import { detail, flag, gauge, label, list, optional, time } from '../core/columns.ts'
import { parseRows, SpecError } from './parse-rows.ts'

const columns = {
  name: label('a name'),
  size: gauge('bytes', 'a number'),
  on: flag('yes or no'),
  at: time('a moment'),
  pids: list<number>('numbers'),
  note: optional(detail('maybe')),
}
const fields = Object.keys(columns)

test('reads each type from its text', () => {
  const rows = parseRows(columns, fields, [
    ['a', '9007199254740993', 't', '1700000000.1234', '[1,2]', null],
    ['', '-1.5e3', 'f', '0', '[]', ''],
  ])
  expect(rows).toEqual([
    { name: 'a', size: 9007199254740992, on: true, at: 1700000000123, pids: [1, 2], note: null },
    { name: '', size: -1500, on: false, at: 0, pids: [], note: '' },
  ])
})

test.each([
  ['another order', ['size', 'name', 'on', 'at', 'pids', 'note'], []],
  ['one too few', fields.slice(1), []],
  ['one too many', [...fields, 'more'], []],
  ['no value in a required column', fields, [[null, '1', 't', '1', '[]', null]]],
  ['not a number', fields, [['a', 'x', 't', '1', '[]', null]]],
  ['NaN', fields, [['a', 'NaN', 't', '1', '[]', null]]],
  ['an empty number', fields, [['a', '', 't', '1', '[]', null]]],
  ['not a boolean', fields, [['a', '1', 'true', '1', '[]', null]]],
  ['not a moment', fields, [['a', '1', 't', '2026-01-01', '[]', null]]],
  ['a PostgreSQL array in place of JSON', fields, [['a', '1', 't', '1', '{1}', null]]],
  ['JSON that is no list', fields, [['a', '1', 't', '1', '{"a":1}', null]]],
])('refuses %s', (_, names, rows) => {
  expect(() => parseRows(columns, names, rows)).toThrow(SpecError)
})

test('gives back what was written, in order and with every column', () => {
  const row = fc.record({
    name: fc.string(),
    size: fc.double({ noNaN: true, noDefaultInfinity: true }),
    on: fc.boolean(),
    at: fc.integer({ min: -1e12, max: 4e12 }),
    pids: fc.array(fc.integer()),
    note: fc.option(fc.string()),
  })
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const texts = rows.map((r) => [
        r.name,
        String(r.size),
        r.on ? 't' : 'f',
        String(r.at / 1000),
        JSON.stringify(r.pids),
        r.note,
      ])
      const parsed = parseRows(columns, fields, texts)
      expect(parsed).toEqual(rows.map((r) => ({ ...r, size: Number(String(r.size)) })))
      for (const p of parsed) expect(Object.keys(p)).toEqual(fields)
    }),
  )
})
