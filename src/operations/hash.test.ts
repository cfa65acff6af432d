import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Plan, Step } from '../core/action.ts'
import { planHash } from './hash.ts'

type Hashed = Omit<Plan, 'hash'>

const step: fc.Arbitrary<Step> = fc.record({
  sql: fc.string(),
  values: fc.array(fc.oneof(fc.string(), fc.integer())),
  transactional: fc.boolean(),
  locks: fc.string(),
  timeout: fc.nat(),
  lockTimeout: fc.nat(),
  undo: fc.array(fc.string()),
  cleanup: fc.array(fc.record({ when: fc.string(), sql: fc.string() })),
})
const session = fc.record({
  pid: fc.nat(),
  backendStart: fc.string(),
  ...{
    application: fc.string(),
    user: fc.string(),
    database: fc.string(),
    state: fc.string(),
    reason: fc.string(),
  },
})
const plan: fc.Arbitrary<Hashed> = fc.record({
  ...{ action: fc.string(), target: fc.string(), summary: fc.string(), effect: fc.string() },
  input: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
  risk: fc.constantFrom('safe', 'locks', 'destructive'),
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  hits: fc.array(session, { maxLength: 4 }),
  ...{ subjects: fc.array(fc.string()), preconditions: fc.constant([]) },
  before: fc.dictionary(fc.string(), fc.integer()),
})

/** The same object with its keys the other way round, at all levels. */
function turned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(turned) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([k, v]) => [k, turned(v)]),
  ) as T
}

it('does not depend on the order of keys, hits and subjects', () => {
  fc.assert(
    fc.property(plan, (p) => {
      const { hits = [], subjects } = p
      const other = { ...turned(p), hits: [...hits].reverse(), subjects: [...subjects].reverse() }
      expect(planHash(other)).toBe(planHash(p))
    }),
  )
})

it('does not change with what moves by itself', () => {
  fc.assert(
    fc.property(plan, fc.string(), fc.dictionary(fc.string(), fc.integer()), (p, text, before) => {
      const hits = (p.hits ?? []).map((h) => ({ ...h, state: text, reason: text }))
      expect(planHash({ ...p, hits, before, effect: text, summary: text })).toBe(planHash(p))
    }),
  )
})

it('changes with the steps, their order, the input, the target, and who is hit', () => {
  fc.assert(
    fc.property(plan, step, session, (p, s, hit) => {
      const hash = planHash(p)
      expect(planHash({ ...p, steps: [...p.steps, s] })).not.toBe(hash)
      expect(planHash({ ...p, hits: [...(p.hits ?? []), hit] })).not.toBe(hash)
      expect(planHash({ ...p, target: `${p.target}x` })).not.toBe(hash)
      expect(planHash({ ...p, input: { ...p.input, x: `${p.input.x ?? ''}x` } })).not.toBe(hash)
      const [first, ...rest] = p.steps
      if (!first) return
      for (const changed of [
        { ...first, sql: `${first.sql}x` },
        { ...first, timeout: first.timeout + 1 },
        { ...first, undo: [...(first.undo ?? []), 'x'] },
      ]) {
        expect(planHash({ ...p, steps: [changed, ...rest] })).not.toBe(hash)
      }
      const reversed = [...p.steps].reverse()
      if (JSON.stringify(reversed) !== JSON.stringify(p.steps))
        expect(planHash({ ...p, steps: reversed })).not.toBe(hash)
    }),
  )
})
