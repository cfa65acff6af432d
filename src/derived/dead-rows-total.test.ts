import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import deadRowsTotal from './dead-rows-total.ts'
import tables from './tables.ts'

const of = (...rows: Parameters<typeof row<typeof tables>>[1][]) =>
  derive(deadRowsTotal, { tables: rows.map((values) => row(tables, values)) })

test('all tables weigh by their rows, not each alike', () =>
  expect(of({ live: 10, dead: 90 }, { live: 890, dead: 10 })).toEqual([{ live: 900, dead: 100, ratio: 0.1 }]))

test('a database without rows has no dead ones', () => expect(of()).toEqual([{ live: 0, dead: 0, ratio: 0 }]))
