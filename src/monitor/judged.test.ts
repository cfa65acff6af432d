import { describe, expect, test } from 'vitest'
import { defineDerived } from '../core/derived.ts'
import { maybe, pair } from '../core/given.ts'
import { defineProbe } from '../core/probe.ts'
import { defineRule } from '../core/rule.ts'
import { derived } from '../derived/index.ts'
import { probes } from '../probes/index.ts'
import { rules } from '../rules/index.ts'
import { judgedOn } from './judged.ts'

const probe = (name: string, every: 'tick' | 'minute' | 'schema') =>
  defineProbe({
    ...{ name, title: name, doc: name, scope: 'database', every, needs: 'any', rows: 'many' },
    ...{ columns: {}, sql: { 14: 'select 1' } },
  })
const rule = (name: string, needs: Parameters<typeof defineRule>[0]['needs']) =>
  defineRule({
    ...{ name, title: name, doc: name, remedy: name, needs, thresholds: {}, deductions: {} },
    check: () => [],
  })
const [fast, slow, schema] = [probe('fast', 'tick'), probe('slow', 'minute'), probe('schema', 'schema')]
const both = defineDerived({
  ...{ name: 'both', title: '', doc: '', rows: 'many', columns: {}, from: { fast, slow } },
  compute: () => [],
})
const all = [
  rule('now', { fast }),
  rule('mixed', { both }),
  rule('rate', { slow: pair(slow) }),
  rule('names', { schema, fast }),
  rule('perhaps', { fast, slow: maybe(slow) }),
  rule('nothing', {}),
]
const judge = (read: readonly string[], more: { schemaCurrent?: boolean; before?: number } = {}) =>
  judgedOn(all, [fast, slow, schema], [both], {
    ...{ at: 100, read: new Set(read), schemaCurrent: more.schemaCurrent ?? false },
    before: () => more.before,
  })

describe('a rule is judged afresh', () => {
  test('only when all that it needs was read in this cycle', () => {
    expect(judge(['fast'])).toEqual({ now: 100, perhaps: 100, nothing: 100 })
    expect(judge(['fast', 'slow'])).toMatchObject({ mixed: 100 })
  })
  test('from the earlier sample on, where it is about what counted meanwhile', () => {
    expect(judge(['slow'])).not.toHaveProperty('rate')
    expect(judge(['slow'], { before: 40 })).toMatchObject({ rate: 40 })
    expect(judge(['fast'], { before: 40 })).not.toHaveProperty('rate')
  })
  test('where the schema is known to be the same though it was not read again', () => {
    expect(judge(['fast'])).not.toHaveProperty('names')
    expect(judge(['fast'], { schemaCurrent: true })).toMatchObject({ names: 100 })
    expect(judge(['fast', 'schema'])).toMatchObject({ names: 100 })
  })
})

test('when everything has been read twice, every rule of pgtend is judged afresh', () => {
  const read = new Set(probes.map((p) => p.name))
  const judged = judgedOn(rules, probes, derived, { at: 100, read, schemaCurrent: true, before: () => 40 })
  expect(Object.keys(judged).sort()).toEqual(rules.map((r) => r.name).sort())
})
