import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderTable, type TableColumn } from './table.ts'
import { cells } from './text.ts'

const COLUMNS: readonly TableColumn[] = [
  { title: 'Table' },
  { title: 'Size', align: 'right' },
  { title: 'Statement', flexible: true },
]

test('numbers stand to the right, texts to the left', () => {
  expect(
    renderTable(COLUMNS, [
      ['users', '8 kB', 'select 1'],
      ['a', '1,024 MB', 'x'],
    ]),
  ).toBe(['Table      Size  Statement', 'users      8 kB  select 1', 'a      1,024 MB  x', ''].join('\n'))
})

test('the flexible column gives way first, with an ellipsis', () => {
  const text = renderTable(COLUMNS, [['users', '8 kB', 'select '.repeat(30)]], { width: 40 })
  const [, row = ''] = text.split('\n')
  expect(row).toMatch(/^users {2}8 kB {2}select .*…$/)
  expect(cells(row)).toBeLessThanOrEqual(40)
})

test('a tone is put around the text and takes no room', () => {
  const text = renderTable([{ title: 'A' }, { title: 'B' }], [[{ text: 'x', tone: 'critical' }, 'y']], {
    style: (tone, shown) => `<${tone}>${shown}</${tone}>`,
  })
  expect(text.split('\n')[1]).toBe('<critical>x</critical>  y')
})

test('whatever the cells hold: as many lines as rows, and none too wide', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  )
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 8 }),
      fc.integer({ min: 24, max: 120 }),
      (rows, width) => {
        const lines = renderTable(COLUMNS, rows, { width }).split('\n')
        expect(lines).toHaveLength(rows.length + 2)
        for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(width)
      },
    ),
  )
})
