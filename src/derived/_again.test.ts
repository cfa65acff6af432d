import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byNumber } from '../core/by-number.ts'
import { again } from './_again.ts'

interface Counters {
  readonly oid: number
  readonly n: number
  readonly at: number | null
  /** Not among the columns that are read. */
  readonly other: number
}
interface Pairing {
  readonly a: number
  readonly b: number
}

const LIST: readonly Pairing[] = [1, 2, 3, 4].flatMap((a) => [1, 3, 5].map((b) => ({ a, b })))

/** `b` is only looked at while `a` has an odd number: where a row looks may depend on what it sees. */
const makeOf =
  (factor: number) =>
  ({ a, b }: Pairing, at: (oid: number) => Pick<Counters, 'n' | 'at'> | undefined) => {
    const one = at(a)
    if (!one || one.n === 4) return undefined
    return { a, b, n: one.n * factor, at: one.at, other: one.n % 2 === 1 ? (at(b)?.n ?? null) : null }
  }
const make = (keep: ReturnType<typeof again>, rows: readonly Counters[], factor: number, of = LIST) =>
  keep({
    ...{ of, sample: byNumber(rows, 'oid'), columns: ['n', 'at'], also: [factor], make: makeOf(factor) },
    order: (x, y) => x.n - y.n || x.a - y.a || x.b - y.b,
  })

const small = fc.integer({ min: 0, max: 4 })
const sample = fc.uniqueArray(
  fc.record({ oid: fc.integer({ min: 1, max: 5 }), n: small, at: fc.option(small), other: small }),
  { selector: (row) => row.oid },
)

test('whatever samples come, rows are as if made afresh, and one that says the same is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(sample, fc.integer({ min: 1, max: 2 })), { maxLength: 8 }), (samples) => {
      const keep = again()
      let last: readonly object[] = []
      for (const [rows, factor] of samples) {
        const made = make(keep, rows, factor)
        expect(made).toEqual(make(again(), rows, factor))
        const before = new Map(last.map((row) => [JSON.stringify(row), row]))
        for (const row of made) expect(before.get(JSON.stringify(row)) ?? row).toBe(row)
        last = made
      }
    }),
  )
})

test('what does not move is not made again, though a column moves that is not read', () => {
  const keep = again()
  const rows = [1, 2].map((oid) => ({ oid, n: 2, at: null, other: 0 }))
  const seen: number[] = []
  const take = (rows: readonly Counters[]) =>
    keep({
      ...{ of: LIST, sample: byNumber(rows, 'oid'), columns: ['n', 'at'], also: [] },
      make(pairing: Pairing, at) {
        seen.push(pairing.a)
        return makeOf(1)(pairing, at)
      },
    })
  const first = take(rows)
  seen.length = 0
  const second = take(rows.map((row) => ({ ...row, other: 7 })))
  expect(seen).toEqual([])
  expect(second).toEqual(first)
  // Another list each time: what was said of the last one may have been of another moment.
  expect(second).not.toBe(first)
  take(rows.map((row) => (row.oid === 2 ? { ...row, n: 0 } : row)))
  expect(seen).toEqual([2, 2, 2])
})

test('a making that fails leaves nothing that later samples could pass for', () => {
  const keep = again()
  const of = (n: number) => [1, 2].map((oid) => ({ oid, n, at: null, other: 0 }))
  const take = (n: number, failing = false) =>
    keep({
      ...{ of: LIST, sample: byNumber<Counters>(of(n), 'oid'), columns: ['n', 'at'], also: [] },
      make(pairing: Pairing, at) {
        if (failing && pairing.a === 2) throw new Error('planted')
        return makeOf(1)(pairing, at)
      },
      order: (x, y) => x.a - y.a,
    })
  const [one, two] = [take(1), make(again(), of(2), 1)]
  expect(() => take(2, true)).toThrow('planted')
  expect(take(1)).toEqual(one)
  expect(() => take(2, true)).toThrow('planted')
  expect(take(2)).toEqual(two)
  expect(take(1)).toEqual(one)
})

test('with another list the memory begins anew', () => {
  const keep = again()
  const rows = [{ oid: 1, n: 2, at: null, other: 0 }]
  const [first] = make(keep, rows, 1)
  expect(make(keep, rows, 1)[0]).toBe(first)
  expect(make(keep, rows, 1, [...LIST])[0]).not.toBe(first)
})
