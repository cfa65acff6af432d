import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import type { Capabilities } from '../core/server.ts'
import type { SettingOverride } from '../core/setting-override.ts'
import databaseSize from '../probes/database-size.ts'
import replicationSlots from '../probes/replication-slots.ts'
import { SAFETY } from './_settings-safety.ts'
import { TUNING } from './_settings-tuning.ts'
import settingsReview from './settings-review.ts'

const GB = 1024 ** 3

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
  ['synchronous_commit', 'off', 'info'],
  ['synchronous_commit', 'local', undefined],
  ['work_mem', String(GB), 'info'],
  ['max_wal_size', String(64 * 1024 ** 2), 'info'],
  ['max_wal_size', String(GB), undefined],
  ['autovacuum_vacuum_cost_delay', '0.1', 'info'],
  ['autovacuum_vacuum_cost_delay', '0.02', undefined],
  ['autovacuum_max_workers', '2', 'info'],
  ['autovacuum_freeze_max_age', '2000000000', 'warning'],
  ['autovacuum_freeze_max_age', '1000000000', undefined],
  ['log_min_duration_statement', '0', 'info'],
  ['log_min_duration_statement', '-1', undefined],
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

test('a change that waits is not overwritten by advice', () => {
  const buffers = { shared_buffers: String(16 * 1024 ** 2) }
  const [waits] = of(buffers, { pendingRestart: ['shared_buffers'] })
  expect(waits).toMatchObject({ severity: 'warning', suggested: null })
  expect(waits?.why).toMatch(/the change waits for a restart\.$/)
  expect(of(buffers)).toMatchObject([{ suggested: '128MB' }])
})

test('where the platform keeps the data its own way, fsync is as it should be', () => {
  expect(of({ fsync: 'off' }, { platform: 'neon' })).toEqual([])
  expect(of({ fsync: 'off' }, { platform: 'supabase' })).toHaveLength(1)
})

test('a change that waits for a restart is told', () =>
  expect(of({ max_wal_senders: '10' }, { pendingRestart: ['max_wal_senders'] })).toMatchObject([
    { setting: 'max_wal_senders', value: '10', restart: true },
  ]))

test('a setting that may not be read is not judged; each has one verdict', () => {
  expect(of({})).toEqual([])
  const all = [...SAFETY, ...TUNING]
  expect(new Set(all.map((r) => r.setting)).size).toBe(all.length)
})

const override = (o: Partial<SettingOverride>): SettingOverride => ({
  ...{ setting: 'enable_nestloop', value: 'off', text: 'off', database: null, role: null },
  ...o,
})
const scopes = (
  settings: Record<string, string>,
  overrides: SettingOverride[],
  more: Partial<Capabilities> = {},
) => of(settings, { overrides, ...more }).map((r) => [r.setting, r.scope, r.value])

test('what is set for a role or database is told as such', () => {
  expect(scopes({ enable_nestloop: 'off' }, [])).toEqual([['enable_nestloop', 'server', 'off']])
  expect(scopes({ enable_nestloop: 'off' }, [override({ database: 'app' })])).toEqual([
    ['enable_nestloop', 'database app', 'off'],
  ])
  expect(scopes({ enable_nestloop: 'off' }, [override({})])).toEqual([
    ['enable_nestloop', 'all roles', 'off'],
  ])
  expect(scopes({ enable_nestloop: 'on' }, [override({ role: 'etl' })])).toEqual([
    ['enable_nestloop', 'role etl', 'off'],
  ])
})

test('for a role in this database its own counts, not what it has in others', () => {
  const here = (value: string) => override({ role: 'etl', database: 'app', value })
  expect(scopes({ enable_nestloop: 'on' }, [override({ role: 'etl' }), here('on')])).toEqual([])
  expect(scopes({ enable_nestloop: 'on' }, [override({ role: 'etl', value: 'on' }), here('off')])).toEqual([
    ['enable_nestloop', 'role etl in database app', 'off'],
  ])
})

test('what is worth a thought is a role’s own choice, a database’s is told', () => {
  const timeout = { setting: 'idle_in_transaction_session_timeout', value: '0' }
  const settings = { [timeout.setting]: '300' }
  expect(scopes(settings, [override({ ...timeout, role: 'etl' })])).toEqual([])
  expect(scopes({ [timeout.setting]: '0' }, [override({ ...timeout, database: 'app' })])).toEqual([
    [timeout.setting, 'database app', '0'],
  ])
  const track = override({ setting: 'pg_stat_statements.track', value: 'none', role: 'etl' })
  expect(scopes({}, [track])).toEqual([])
})

test('counters off for a role is no autovacuum off for the server', () => {
  const track = override({ setting: 'track_counts', role: 'etl' })
  expect(of({ track_counts: 'on' }, { overrides: [track] })).toMatchObject([
    { scope: 'role etl', rule: null, severity: 'critical', why: expect.stringContaining('these sessions') },
  ])
})

test('a value that our own role hides is not known', () =>
  expect(of({}, { hiddenSettings: ['enable_nestloop'] })).toMatchObject([
    { setting: 'enable_nestloop', scope: 'server', severity: 'info', value: 'not known', suggested: null },
  ]))
