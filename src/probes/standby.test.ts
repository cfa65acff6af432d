/** Replication seen from both sides: a real primary with a real standby. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { one, readProbe } from '../../test/read-probe.ts'
import { LATEST } from '../../test/servers.ts'
import { type EmbeddedServer, startServer } from '../embedded/server.ts'
import { startStandby } from '../embedded/standby.ts'
import { connect } from '../postgres/session.ts'
import { parseUrl } from '../postgres/url.ts'
import { probes } from './index.ts'
import replication from './replication.ts'
import replicationSlots from './replication-slots.ts'
import standbyProbe from './standby.ts'

let dir: string
let primary: EmbeddedServer
let standby: EmbeddedServer

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pgtend-standby-'))
  primary = await startServer({ major: LATEST, dataDir: join(dir, 'primary') })
  await run(primary, 'CREATE EXTENSION pg_stat_statements; CREATE TABLE t (id int)')
  standby = await startStandby(primary, { dataDir: join(dir, 'standby'), slot: 'the_slot', name: 'berlin' })
})
afterAll(async () => {
  await standby?.stop('immediate')
  await primary?.stop('immediate')
  rmSync(dir, { recursive: true, force: true })
})

async function run(server: EmbeddedServer, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

const here = async () => one(await readProbe(standby.url(), standbyProbe))
const there = async () => one(await readProbe(primary.url(), replication))
const POLL = { timeout: 30_000 }

test('every probe works on a standby, or says that it belongs to a primary', async () => {
  const session = await connect(parseUrl(standby.url(), {}))
  const { results } = await session.flight(
    probes.map((probe) => ({ probe, ...(probe.lookup && { values: [] }) })),
  )
  await session.close()
  for (const probe of probes) {
    const outcome = results.get(probe.name)?.outcome
    if (probe.on === 'primary' || probe.source === 'pooler')
      expect(outcome).toMatchObject({ reason: 'unsupported' })
    else expect(outcome, probe.name).toMatchObject({ ok: true })
  }
})

test('a standby that keeps up', async () => {
  // WAL goes on in the background: there is nothing to send and to replay at one moment or another.
  await expect.poll(there, POLL).toMatchObject({
    application: 'berlin',
    state: 'streaming',
    sync_state: 'async',
    sent_lag: 0,
    replay_bytes: 0,
  })
  const slot = one(await readProbe(primary.url(), replicationSlots))
  expect(slot).toMatchObject({ slot: 'the_slot', kind: 'physical', active: true, wal_status: 'reserved' })
  expect(slot.inactive_since).toBeNull()
  const behind = (row: Awaited<ReturnType<typeof here>>) =>
    Number(row.receive_position) - Number(row.replay_position)
  await expect.poll(async () => behind(await here()), POLL).toBe(0)
  expect(await here()).toMatchObject({
    receiver_status: 'streaming',
    replay_paused: false,
    sender: `127.0.0.1:${primary.port}`,
  })
})

test('paused replay: bytes and seconds grow on both sides', async () => {
  // One commit replayed: before that a standby can't tell the age of what it has.
  await run(primary, 'INSERT INTO t VALUES (0)')
  await expect.poll(async () => (await there()).replay_bytes, POLL).toBe(0)
  await run(standby, 'SELECT pg_wal_replay_pause()')
  await run(primary, 'INSERT INTO t SELECT generate_series(1, 10000)')
  await expect.poll(async () => (await there()).replay_bytes, POLL).toBeGreaterThan(500_000)
  // It goes on to write what it receives.
  await expect.poll(there, POLL).toMatchObject({ write_bytes: 0, flush_bytes: 0 })
  await expect.poll(async () => (await here()).replay_delay, POLL).toBeGreaterThan(0)
  const row = await here()
  expect(row.replay_paused).toBe(true)
  expect(row.receive_position).toBeGreaterThan(row.replay_position as number)
  await run(standby, 'SELECT pg_wal_replay_resume()')
  await expect.poll(async () => (await here()).replay_delay, POLL).toBeNull()
})

test('without its primary a standby is cut off, not up to date', async () => {
  await primary.stop('fast')
  await expect.poll(async () => (await here()).receiver_status, POLL).toBeNull()
  expect(await here()).toMatchObject({ receiver_message_age: null, sender: null })
})
