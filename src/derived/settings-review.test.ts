import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import type { Capabilities } from '../core/server.ts'
import databaseSize from '../probes/database-size.ts'
import replicationSlots from '../probes/replication-slots.ts'
import { REVIEWS } from './_settings.ts'
import settingsReview from './settings-review.ts'

const of = (
  settings: Record<string, string>,
  { slots = 0, size, ...server }: { slots?: number; size?: number } & Partial<Capabilities> = {},
) =>
  derive(
    settingsReview,
    {
      slots: Array.from({ length: slots }, () => row(replicationSlots)),
      sizes: size === undefined ? undefined : [row(databaseSize, { size })],
    },
    { server: { ...server, settings } },
  )

const GB = 1024 ** 3

test.each([
  ['fsync', 'off', 'critical'],
  ['fsync', 'on', undefined],
  ['full_page_writes', 'off', 'critical'],
  ['zero_damaged_pages', 'on', 'critical'],
  ['ignore_checksum_failure', 'on', 'critical'],
  ['autovacuum', 'off', 'critical'],
  ['enable_seqscan', 'off', 'warning'],
  ['track_activities', 'off', 'warning'],
  ['pg_stat_statements.track', 'none', 'warning'],
  ['idle_in_transaction_session_timeout', '0', 'info'],
  ['idle_in_transaction_session_timeout', '300', undefined],
  ['track_io_timing', 'off', 'info'],
  ['checkpoint_completion_target', '0.5', 'info'],
  ['shared_buffers', String(1024 ** 2), 'warning'],
  ['shared_buffers', String(128 * 1024 ** 2), undefined],
])('%s = %s: %s', (setting, value, severity) => expect(of({ [setting]: value })[0]?.severity).toBe(severity))

test('what can only be judged with something else is judged with it', () => {
  const keep = { max_slot_wal_keep_size: '-1' }
  expect(of(keep)).toEqual([])
  expect(of(keep, { slots: 1 })).toMatchObject([{ setting: 'max_slot_wal_keep_size', suggested: null }])
  const random = { random_page_cost: '4' }
  expect(of(random)).toEqual([])
  expect(of(random, { platform: 'supabase' })).toMatchObject([{ suggested: '1.1' }])
  const buffers = { shared_buffers: String(128 * 1024 ** 2) }
  expect(of(buffers, { size: GB / 2 })).toEqual([])
  expect(of(buffers, { size: 50 * GB })).toMatchObject([{ severity: 'info' }])
  const query = { compute_query_id: 'off' }
  expect(of(query)).toEqual([])
  expect(of(query, { extensions: { pg_stat_statements: { schema: 's', version: '1' } } })).toHaveLength(1)
})

test('a change that waits for a restart is told', () =>
  expect(of({ max_wal_senders: '10' }, { pendingRestart: ['max_wal_senders'] })).toMatchObject([
    { setting: 'max_wal_senders', value: '10', restart: true },
  ]))

test('a setting that may not be read is not judged; each has one verdict', () => {
  expect(of({})).toEqual([])
  expect(new Set(REVIEWS.map((r) => r.setting)).size).toBe(REVIEWS.length)
})
