import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LATEST } from '../../test/servers.ts'
import { flag } from '../core/columns.ts'
import { defineProbe, type Probe } from '../core/probe.ts'
import { type EmbeddedServer, startServer } from '../embedded/server.ts'
import { startStandby } from '../embedded/standby.ts'
import { connect } from './session.ts'
import { parseUrl } from './url.ts'

let dir: string
let primary: EmbeddedServer
let standby: EmbeddedServer
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pgtend-failover-'))
  primary = await startServer({ major: LATEST, dataDir: join(dir, 'primary'), settings: { fsync: 'off' } })
  standby = await startStandby(primary, { dataDir: join(dir, 'standby'), slot: 'standby', name: 'standby' })
})
afterAll(async () => {
  await standby?.stop('immediate')
  await primary?.stop('immediate')
  await rm(dir, { recursive: true, force: true })
})

const on = (role: 'primary' | 'standby'): Probe =>
  defineProbe({
    name: `on-${role}`,
    title: role,
    doc: `Only on a ${role}.`,
    rows: 'one',
    columns: { recovering: flag('in recovery') },
    scope: 'instance',
    every: 'tick',
    needs: 'any',
    on: role,
    sql: { 14: 'SELECT pg_is_in_recovery() AS recovering' },
  }) as unknown as Probe
const both = [{ probe: on('primary') }, { probe: on('standby') }]

test('a standby is known as one, and as a primary from the second flight after its promotion', async () => {
  const session = await connect(parseUrl(standby.url(), {}))
  expect(session.capabilities.role).toBe('standby')
  const before = await session.flight(both)
  expect(before.results.get('on-primary')?.outcome).toMatchObject({ ok: false, reason: 'unsupported' })
  expect(before.results.get('on-standby')?.outcome).toEqual({ ok: true, rows: [{ recovering: true }] })

  const client = new pg.Client({ connectionString: standby.url() })
  await client.connect()
  await client.query('SELECT pg_promote(true, 60)')
  await client.end()
  await session.flight(both)
  const after = await session.flight(both)
  expect(session.capabilities.role).toBe('primary')
  expect(after.results.get('on-primary')?.outcome).toEqual({ ok: true, rows: [{ recovering: false }] })
  expect(after.results.get('on-standby')?.outcome).toMatchObject({ ok: false, reason: 'unsupported' })
  await session.close()
})

test('a server that is killed is unreachable, and reachable by a new session once it is back', async () => {
  const session = await connect(parseUrl(primary.url(), {}))
  const { startedAt } = session.capabilities
  await primary.kill()
  // Its sessions may answer for a moment longer.
  const answer = () =>
    session.flight(both).then(
      () => 'rows',
      (error: { code: string }) => error.code,
    )
  await expect.poll(answer, { timeout: 20_000 }).toBe('unreachable')
  await expect(connect(parseUrl(primary.url(), {}))).rejects.toMatchObject({ code: 'unreachable' })
  primary = await startServer({
    major: LATEST,
    dataDir: primary.dataDir,
    port: primary.port,
    settings: { fsync: 'off' },
  })
  const again = await connect(parseUrl(primary.url(), {}))
  expect(again.capabilities.startedAt).toBeGreaterThan(startedAt)
  await again.close()
})
