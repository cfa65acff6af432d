import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Choice, type Problem, selectIndexes } from './select.ts'
import { createWorkloadCosts } from './workload-costs.ts'

/** A planner as far as it matters here: each query has plans that need indexes, and takes the cheapest that it can. */
interface Oracle {
  readonly queries: readonly { readonly base: number; readonly plans: readonly Plan[] }[]
}
interface Plan {
  readonly needs: readonly string[]
  /** Share of the base that it takes. */
  readonly share: number
}

const MB = 2 ** 20
const costsOf = ({ queries }: Oracle) =>
  createWorkloadCosts({
    queries: queries.length,
    relevant: (q, id) => queries[q]?.plans.some((p) => p.needs.includes(id)) === true,
    price: async (q, ids) => {
      const { base, plans } = queries[q] as Oracle['queries'][number]
      return (
        base * Math.min(1, ...plans.filter((p) => p.needs.every((n) => ids.includes(n))).map((p) => p.share))
      )
    },
  })
const bundlesOf = ({ queries }: Oracle) => queries.flatMap((q) => q.plans.map((p) => p.needs))

const select = (oracle: Oracle, choices: readonly Choice[], more: Partial<Problem<Choice>> = {}) =>
  selectIndexes({
    choices,
    bundles: bundlesOf(oracle),
    costs: costsOf(oracle),
    budget: {},
    minGain: 0.005,
    ...more,
  })
const idsOf = async (selection: ReturnType<typeof select>) => (await selection).chosen.map((c) => c.choice.id)

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const choices = fc.tuple(
  ...IDS.map((id) =>
    fc.record({
      id: fc.constant(id),
      bytes: fc.integer({ min: 8192, max: 300 * MB }),
      writeCost: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5, noNaN: true })),
    }),
  ),
)
const oracle: fc.Arbitrary<Oracle> = fc.record({
  queries: fc.array(
    fc.record({
      base: fc.double({ min: 0.001, max: 100, noNaN: true }),
      plans: fc.array(
        fc.record({
          needs: fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 1, maxLength: 3 }),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { maxLength: 5 },
      ),
    }),
    { minLength: 1, maxLength: 8 },
  ),
})
const budget = fc.record(
  { bytes: fc.integer({ min: 0, max: 900 * MB }), count: fc.integer({ min: 0, max: 8 }) },
  { requiredKeys: [] },
)
const minGain = fc.constantFrom(0.0005, 0.005, 0.02)
const written = (chosen: readonly { readonly choice: Choice }[]) =>
  chosen.reduce((sum, { choice }) => sum + choice.writeCost, 0)

describe('whatever the planner says', () => {
  test('the budget is kept and the whole is never worse than no index', async () => {
    await fc.assert(
      fc.asyncProperty(oracle, choices, budget, minGain, async (o, list, most, least) => {
        const { chosen, before, after } = await select(o, list, { budget: most, minGain: least })
        expect(chosen.reduce((sum, { choice }) => sum + choice.bytes, 0)).toBeLessThanOrEqual(
          most.bytes ?? Number.POSITIVE_INFINITY,
        )
        expect(chosen.length).toBeLessThanOrEqual(most.count ?? IDS.length)
        expect(after + written(chosen)).toBeLessThanOrEqual(before)
      }),
      { numRuns: 400 },
    )
  })

  test('each index saves the least that it must, and three times its writes', async () => {
    await fc.assert(
      fc.asyncProperty(oracle, choices, budget, minGain, async (o, list, most, least) => {
        const { chosen, before, after } = await select(o, list, { budget: most, minGain: least })
        const costs = costsOf(o)
        const ids = chosen.map((c) => c.choice.id)
        expect(await costs.total(new Set(ids))).toBeCloseTo(after, 6)
        for (const { choice, gain } of chosen) {
          const rest = await costs.total(new Set(ids.filter((id) => id !== choice.id)))
          expect(rest - after).toBeCloseTo(gain, 6)
          expect(gain).toBeGreaterThanOrEqual(least * before - 1e-9)
          expect(gain).toBeGreaterThanOrEqual(3 * choice.writeCost - 1e-9)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('the order of candidates and bundles does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(oracle, choices, budget, fc.nat(), async (o, list, most, turn) => {
        const rotated = [...list.slice(turn % 8), ...list.slice(0, turn % 8)]
        const bundles = bundlesOf(o)
        const once = await idsOf(select(o, list, { budget: most }))
        const again = await idsOf(
          select(o, rotated, { budget: most, bundles: bundles.map((b) => b.toReversed()).toReversed() }),
        )
        expect(again).toEqual(once)
      }),
      { numRuns: 200 },
    )
  })

  test('it asks for a set of indexes once', async () => {
    await fc.assert(
      fc.asyncProperty(oracle, choices, async (o, list) => {
        const asked = new Set<string>()
        const costs = createWorkloadCosts({
          queries: o.queries.length,
          relevant: (q, id) => o.queries[q]?.plans.some((p) => p.needs.includes(id)) === true,
          price: async (q, ids) => {
            const key = `${q} ${ids}`
            expect(asked.has(key)).toBe(false)
            asked.add(key)
            return 10 / (1 + ids.length)
          },
        })
        await select(o, list, { costs })
        expect(costs.calls()).toBe(asked.size)
      }),
      { numRuns: 50 },
    )
  })
})

const index = (id: string, mb = 1, writeCost = 0): Choice => ({ id, bytes: mb * MB, writeCost })

test('two that are worth something only together are found by their bundle', async () => {
  const o: Oracle = { queries: [{ base: 10, plans: [{ needs: ['a', 'b'], share: 0.01 }] }] }
  expect(await idsOf(select(o, [index('a'), index('b')]))).toEqual(['a', 'b'])
  expect(await idsOf(select(o, [index('a'), index('b')], { bundles: [] }))).toEqual([])
})

test('what an index chosen later makes needless is dropped', async () => {
  const o: Oracle = {
    queries: [
      {
        base: 100,
        plans: [
          { needs: ['small'], share: 0.5 },
          { needs: ['large'], share: 0.1 },
        ],
      },
      { base: 100, plans: [{ needs: ['large'], share: 0.1 }] },
    ],
  }
  expect(await idsOf(select(o, [index('small', 1), index('large', 900)]))).toEqual(['large'])
})

test('writes can cost more than reads gain', async () => {
  const o: Oracle = { queries: [{ base: 10, plans: [{ needs: ['a'], share: 0.1 }] }] }
  expect(await idsOf(select(o, [index('a', 1, 2)]))).toEqual(['a'])
  expect(await idsOf(select(o, [index('a', 1, 4)]))).toEqual([])
})

test('two are merged into one where that loses less than an index is worth', async () => {
  const o = (share: number): Oracle => ({
    queries: [
      {
        base: 10,
        plans: [
          { needs: ['a'], share: 0.1 },
          { needs: ['ab'], share },
        ],
      },
      {
        base: 10,
        plans: [
          { needs: ['b'], share: 0.1 },
          { needs: ['ab'], share },
        ],
      },
    ],
  })
  const merge = async () => index('ab', 1.5)
  expect(await idsOf(select(o(0.101), [index('a'), index('b')], { merge }))).toEqual(['ab'])
  expect(await idsOf(select(o(0.3), [index('a'), index('b')], { merge }))).toEqual(['a', 'b'])
})
