import { expect, test } from 'vitest'
import { again } from './_again.ts'

test('a row that says the same is the row of the last time, for the same schema only', () => {
  const rowsAgain = again()
  const schema = {}
  const take = (since: object, ...ns: number[]) => {
    const keep = rowsAgain(since)
    return ns.map((n) => keep({ n, half: n / 2 }))
  }
  const first = take(schema, 1, 2, 3)
  const second = take(schema, 1, 5, 3, 4)
  expect(second).toEqual([1, 5, 3, 4].map((n) => ({ n, half: n / 2 })))
  expect(second.map((row, at) => row === first[at])).toEqual([true, false, true, false])
  expect(first).toEqual([1, 2, 3].map((n) => ({ n, half: n / 2 })))
  expect(take(schema, 1, 5).map((row, at) => row === second[at])).toEqual([true, true])
  expect(take({}, 1)[0]).not.toBe(first[0])
})
