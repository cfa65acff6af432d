import { expect, test } from 'vitest'
import type { Run } from '../api/action-types.ts'
import type { RunbookRun } from '../api/upkeep-types.ts'
import { foldRuns } from './fold-runs.ts'

const run = (id: string) => ({ id }) as Run
const recovery = (id: string, ...runs: (string | undefined)[]) =>
  ({ id, steps: runs.map((r) => (r === undefined ? {} : { run: r })) }) as unknown as RunbookRun

const shown = (runs: readonly string[], recoveries: readonly RunbookRun[]) =>
  foldRuns(runs.map(run), recoveries).map((e) =>
    'run' in e ? e.id : `${e.id}: ${e.runs.map((r) => r.id).join(' ')}`,
  )

test('the runs of a recovery are one entry where its first stands, and all others stay', () => {
  const recoveries = [recovery('c', 'b', undefined, 'd'), recovery('gone', 'long ago')]
  expect(shown(['a', 'b', 'x', 'd'], recoveries)).toEqual(['a', 'c: b d', 'x'])
  expect(shown(['a', 'b'], [])).toEqual(['a', 'b'])
})
