import { expect, test } from 'vitest'
import { counter, gauge, id, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import type { Registry } from '../core/evaluate.ts'
import { fail, type Outcome, ok } from '../core/outcome.ts'
import { type Cadence, defineProbe, type Lookup } from '../core/probe.ts'
import type { Capabilities } from '../core/server.ts'
import { createFacts, type Facts, type Request } from './facts.ts'

const common = { doc: 'x.', scope: 'database', needs: 'any', sql: { 14: '' } } as const
const changes = defineProbe({
  ...common,
  name: 'catalog-changes',
  title: 'Changes',
  every: 'tick',
  rows: 'one',
  columns: { token: label('t') },
})
const counts = defineProbe({
  ...common,
  name: 'counts',
  title: 'Counts',
  every: 'minute',
  rows: 'many',
  columns: { oid: id('o'), calls: counter('count', 'c') },
})
const names = defineProbe({
  ...common,
  name: 'names',
  title: 'Names',
  every: 'schema',
  rows: 'many',
  columns: { oid: id('o'), name: label('n') },
})
const texts = defineProbe({
  ...common,
  name: 'texts',
  title: 'Texts',
  every: 'lookup',
  rows: 'many',
  columns: { oid: id('o'), text: label('t') },
  lookup: {
    wants: (read) => {
      const known = new Set(read('texts').map((r) => r.oid))
      return read('counts')
        .map((r) => r.oid as number)
        .filter((oid) => !known.has(oid))
    },
    key: (row) => row.oid as number,
    live: (read) => new Set(read('counts').map((r) => r.oid as number)),
  },
})

const nothing: Registry = { derived: [], rules: [], advice: [] }
const context = {
  at: 0,
  server: {} as Capabilities,
  limits: { storage: null, slowQuery: 1, criticalTables: [] },
}
const all = new Set<Cadence>(['tick', 'minute', 'sweep', 'schema'])
const namesOf = (requests: readonly Request[]): string[] => requests.map((r) => r.probe.name)

const fresh = (): Facts => createFacts([counts, names, changes, texts], nothing)
const answer = (
  facts: Facts,
  at: number,
  requests: readonly Request[],
  rows: Record<string, Outcome>,
): void => {
  const results = new Map(requests.map((r) => [r.probe.name, { outcome: rows[r.probe.name] ?? ok([]) }]))
  facts.take(at, results, requests)
}
const token = (value: string): Outcome => ok([{ token: value }])

test('schema facts are read again only when the catalogs changed', () => {
  const facts = fresh()
  expect(namesOf(facts.due(all))).toEqual(['catalog-changes', 'counts', 'names'])
  answer(facts, 1, facts.due(all), { 'catalog-changes': token('a') })
  expect(namesOf(facts.due(all))).not.toContain('names')
  answer(facts, 2, facts.due(new Set<Cadence>(['tick'])), { 'catalog-changes': token('b') })
  expect(namesOf(facts.due(all))).toContain('names')
})

test('a failed read of schema facts is tried again', () => {
  const facts = fresh()
  answer(facts, 1, facts.due(all), { 'catalog-changes': token('a'), names: fail('timeout', 'locked') })
  expect(namesOf(facts.due(all))).toContain('names')
})

test('without the change detector schema facts come with each sweep', () => {
  const facts = fresh()
  answer(facts, 1, facts.due(all), { 'catalog-changes': fail('failed', 'no') })
  expect(namesOf(facts.due(all))).toContain('names')
})

test('a counter keeps the sample before, but not across a gap or a failure', () => {
  const facts = fresh()
  const read = (at: number, outcome: Outcome): void => {
    answer(facts, at, [{ probe: counts }], { counts: outcome })
  }
  read(1, ok([{ oid: 1, calls: 1 }]))
  expect(facts.before('counts')).toBeUndefined()
  read(2, ok([{ oid: 1, calls: 5 }]))
  expect(facts.before('counts')).toEqual({ at: 1, rows: [{ oid: 1, calls: 1 }] })
  facts.gap()
  expect(facts.before('counts')).toBeUndefined()
  read(3, ok([{ oid: 1, calls: 2 }]))
  expect(facts.before('counts')).toBeUndefined()
  read(4, ok([{ oid: 1, calls: 3 }]))
  expect(facts.before('counts')?.at).toBe(3)
  read(5, fail('timeout', 'slow'))
  read(6, ok([{ oid: 1, calls: 9 }]))
  expect(facts.before('counts')).toBeUndefined()
})

test('a lookup asks for what is new, once, and forgets what is gone', () => {
  const facts = fresh()
  const look = (sweep = false): readonly Request[] => facts.lookups(facts.evaluate(context, {}), sweep)
  answer(facts, 1, [{ probe: counts }], { counts: ok([1, 2, 3].map((oid) => ({ oid, calls: 0 }))) })
  expect(look()[0]?.values).toEqual([1, 2, 3])
  // 3 has no text: it isn't asked for again before the next sweep.
  answer(facts, 2, look(), { texts: ok([1, 2].map((oid) => ({ oid, text: `t${oid}` }))) })
  expect(look()).toEqual([])
  expect(look(true)[0]?.values).toEqual([3])
  answer(facts, 3, [{ probe: counts }], { counts: ok([2, 4].map((oid) => ({ oid, calls: 0 }))) })
  expect(look()[0]?.values).toEqual([4])
  answer(facts, 4, look(), { texts: ok([{ oid: 4, text: 't4' }]) })
  expect(facts.evaluate(context, {}).tables.get('texts')).toEqual(
    ok([
      { oid: 2, text: 't2' },
      { oid: 4, text: 't4' },
    ]),
  )
})

test('a lookup of more than fits into a batch gives each its turn', () => {
  const many = 1500
  const refreshed = { ...texts, lookup: { ...(texts.lookup as Lookup), refresh: true } }
  const facts = createFacts([counts, refreshed], nothing)
  const look = (sweep = false) => facts.lookups(facts.evaluate(context, {}), sweep)
  const oids = Array.from({ length: many }, (_, n) => n)
  answer(facts, 1, [{ probe: counts }], { counts: ok(oids.map((oid) => ({ oid, calls: 0 }))) })
  const read = (sweep: boolean): readonly unknown[] => {
    const asked = look(sweep)
    const values = asked[0]?.values ?? []
    answer(facts, 2, asked, { texts: ok(values.map((oid) => ({ oid, text: 't' }))) })
    return values
  }
  expect([...read(false), ...read(false)]).toEqual(oids)
  // The oldest first: all of them within two sweeps.
  expect(new Set([...read(true), ...read(true)]).size).toBe(many)
})

test('a lookup that failed is tried again', () => {
  const facts = fresh()
  answer(facts, 1, [{ probe: counts }], { counts: ok([{ oid: 1, calls: 0 }]) })
  const look = (): readonly Request[] => facts.lookups(facts.evaluate(context, {}), false)
  answer(facts, 2, look(), { texts: fail('timeout', 'locked') })
  expect(look()[0]?.values).toEqual([1])
})

test('a derived table is computed again only when what it needs was read again', () => {
  let computed = 0
  const derived = defineDerived({
    ...{
      name: 'doubled',
      title: 'Doubled',
      doc: 'x.',
      rows: 'many',
      columns: { calls: gauge('count', 'c') },
    },
    from: { counts },
    compute({ counts }) {
      computed++
      return counts.map((r) => ({ calls: 2 * r.calls }))
    },
  })
  const facts = createFacts([counts, changes], { ...nothing, derived: [derived] })
  const calls = () => facts.evaluate(context, {}).tables.get('doubled')
  const read = (at: number, n: number) =>
    answer(facts, at, [{ probe: counts }], { counts: ok([{ oid: 1, calls: n }]) })
  read(1, 1)
  expect(calls()).toEqual(ok([{ calls: 2 }]))
  answer(facts, 2, [{ probe: changes }], { 'catalog-changes': token('a') })
  expect(calls()).toEqual(ok([{ calls: 2 }]))
  expect(computed).toBe(1)
  read(3, 5)
  expect(calls()).toEqual(ok([{ calls: 10 }]))
  facts.gap()
  calls()
  expect(computed).toBe(3)
})
