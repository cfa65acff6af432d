import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import checkpoints from '../probes/checkpoints.ts'
import instance from '../probes/instance.ts'
import walRates from './wal-rates.ts'

const MB = 1024 ** 2
type Figures = { wal?: number | null; requested?: number; since?: number; start?: number }
const sides = ({ wal = 0, requested = 0, since = 1, start = 1 }: Figures) => ({
  instance: row(instance, { wal_position: wal, started_at: start }),
  checkpoints: row(checkpoints, { requested, stats_reset: since }),
})
const of = (before: Figures, now: Figures) => {
  const [b, n] = [sides(before), sides(now)]
  return derive(
    walRates,
    {
      instance: { before: [b.instance], now: [n.instance], seconds: 10 },
      checkpoints: { before: [b.checkpoints], now: [n.checkpoints], seconds: 60 },
    },
    { server: { settings: { max_wal_size: String(190 * MB), checkpoint_completion_target: '0.9' } } },
  )[0]
}

test('WAL per second, and when it calls for a checkpoint', () =>
  expect(of({ wal: 5, requested: 2 }, { wal: 5 + 100 * MB, requested: 3 })).toMatchObject({
    wal: 10 * MB,
    fills_in: 10,
    requested: 1,
    timed: 0,
    window: 60,
  }))

test('a reset of the counters and a restart are gaps', () => {
  expect(of({ requested: 9 }, { requested: 50, since: 2 })).toMatchObject({ requested: null, timed: null })
  expect(of({ wal: 5 }, { wal: 500, start: 2 })).toMatchObject({ wal: null, fills_in: null })
  expect(of({ wal: null }, { wal: 900 * MB })).toMatchObject({ wal: null, fills_in: null })
  expect(of({ wal: null }, { wal: null })).toMatchObject({ wal: null, fills_in: null })
})
