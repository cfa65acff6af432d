import { expect, test } from 'vitest'
import { knowledge } from '../server/knowledge.ts'
import { describe } from './catalog.ts'

const catalog = describe(knowledge)

test('holds every probe, derived table, rule and advice', () => {
  const { probes, derived, rules, advice } = knowledge
  expect(catalog.tables).toHaveLength(probes.length + derived.length)
  expect(catalog.rules).toHaveLength(rules.length)
  expect(catalog.advice).toHaveLength(advice.length)
})

test('is data: what JSON gives back is the same', () => {
  expect(JSON.parse(JSON.stringify(catalog))).toEqual(catalog)
})

test('a column says all that is needed to draw it', () => {
  for (const table of catalog.tables) {
    expect(table.columns.length, table.name).toBeGreaterThan(0)
    for (const column of table.columns) {
      expect(column).toMatchObject({
        kind: expect.any(String),
        unit: expect.any(String),
        help: expect.stringMatching(/./),
      })
    }
    for (const kept of table.history ?? []) expect(table.columns.map((c) => c.name)).toContain(kept)
  }
})
