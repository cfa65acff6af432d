import { expect, it } from 'vitest'
import { progressOf } from './progress.ts'

it('an index build goes forward from phase to phase', () => {
  const phases = [
    ['initializing', 0, 0],
    ['waiting for writers before build', 1, 2],
    ['building index: scanning table', 5, 10],
    ['building index: sorting live tuples', 0, 0],
    ['building index: loading tuples in tree', 9, 10],
    ['waiting for writers before validation', 0, 1],
    ['index validation: scanning index', 1, 2],
    ['index validation: sorting tuples', 0, 0],
    ['index validation: scanning table', 1, 2],
    ['waiting for old snapshots', 0, 1],
    ['waiting for readers before marking dead', 0, 1],
  ] as const
  const seen = phases.map(([phase, done, total]) => progressOf('create_index', phase, done, total).progress)
  expect(seen).toEqual([...seen].sort((a, b) => (a ?? 0) - (b ?? 0)))
  expect(seen.every((p) => p !== undefined && p >= 0 && p <= 1)).toBe(true)
})

it('tells no share of what has none', () => {
  expect(progressOf('vacuum', 'truncating heap', 0, 0)).toEqual({ phase: 'truncating heap' })
  expect(progressOf('vacuum', 'scanning heap', 30, 20)).toEqual({ phase: 'scanning heap', progress: 1 })
})
