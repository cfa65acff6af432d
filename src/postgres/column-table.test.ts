import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Columns, detail, flag, gauge, label, list, optional, time } from '../core/columns.ts'
import { columnTable } from './column-table.ts'
import { parseRows, SpecError, type TextRow } from './parse-rows.ts'

const columns = {
  name: label('a text'),
  note: optional(detail('a text that may be missing')),
  size: gauge('bytes', 'a number'),
  age: optional(gauge('seconds', 'a number that may be missing')),
  on: flag('a flag'),
  maybe: optional(flag('a flag that may be missing')),
  at: optional(time('a moment')),
  pids: list<number>('some'),
} satisfies Columns
const fields = Object.keys(columns)

/** A DataRow message's content. */
function message(row: TextRow): Buffer {
  const parts = row.map((text) => {
    const bytes = Buffer.from(text ?? '')
    const width = Buffer.alloc(4)
    width.writeInt32BE(text === null ? -1 : bytes.length)
    return Buffer.concat([width, bytes])
  })
  const count = Buffer.alloc(2)
  count.writeInt16BE(row.length)
  return Buffer.concat([count, ...parts])
}

function byColumns(spec: Columns, names: readonly string[], rows: readonly TextRow[]) {
  const table = columnTable(spec)
  for (const row of rows) table.row(Buffer.concat([Buffer.from('xx'), message(row)]), 2)
  return table.rows(names)
}

const number = fc.oneof(
  fc.integer().map(String),
  fc.maxSafeInteger().map(String),
  fc.double({ noNaN: true }).map(String),
  fc
    .tuple(fc.integer({ min: 0, max: 2_000_000_000 }), fc.integer({ min: 0, max: 999_999 }))
    .map(([a, b]) => `${a}.${b}`),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.constantFrom('0', '-0', '1e-05', '1.5e+300', '-0.000123', '0012', '5.', '.5'),
)
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.constantFrom('r', 'é', 'Ã©', 'btree', ''),
)
const nullable = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })
const row = fc.tuple(
  text,
  nullable(text),
  number,
  nullable(number),
  fc.constantFrom('t', 'f'),
  nullable(fc.constantFrom('t', 'f')),
  nullable(
    fc
      .tuple(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 0, max: 999_999 }))
      .map(([s, u]) => `${s}.${u}`),
  ),
  fc.array(fc.integer()).map((pids) => JSON.stringify(pids)),
)

test('a table of columns holds what rows of objects would', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 600 }), (rows) => {
      const views = byColumns(columns, fields, rows)
      const objects = parseRows(columns, fields, rows)
      expect(JSON.parse(JSON.stringify(views))).toEqual(JSON.parse(JSON.stringify(objects)))
      for (const [i, view] of views.entries())
        for (const name of fields) expect(view[name]).toEqual(objects[i]?.[name])
    }),
    { numRuns: 60 },
  )
})

describe('what breaks the spec is refused as for rows of objects', () => {
  const one = { n: gauge('count', 'one') }
  const yes = { n: flag('one') }
  test.each<[string, Columns, string[], string | null]>([
    ['another name', one, ['m'], '1'],
    ['a column more', one, ['n', 'm'], '1'],
    ['no value', one, ['n'], null],
    ['no number', one, ['n'], 'x'],
    ['an empty number', one, ['n'], ''],
    ['NaN', one, ['n'], 'NaN'],
    ['no flag', yes, ['n'], 'true'],
    ['no list', { n: list('some') }, ['n'], '{}'],
  ])('%s', (_, spec, names, value) => {
    expect(() => parseRows(spec, names, [[value]])).toThrow(SpecError)
    expect(() => byColumns(spec, names, [[value]])).toThrow(SpecError)
  })
})

test('a row is its columns by name, and as JSON', () => {
  const [view] = byColumns({ n: gauge('count', 'one') }, ['n'], [['7']])
  expect(view?.n).toBe(7)
  expect('n' in (view ?? {})).toBe(true)
  expect(JSON.stringify(view)).toBe('{"n":7}')
})
