import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { majors } from '../../test/servers.ts'
import { type EmbeddedServer, startServer } from './server.ts'
import { startStandby } from './standby.ts'

const temp = mkdtempSync(join(tmpdir(), 'pgtend-standby-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

async function connect(server: EmbeddedServer): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url() })
  client.on('error', () => {})
  await client.connect()
  return client
}

const ends = [...new Set([majors[0], majors.at(-1)])].filter((major) => major !== undefined)

test.for(ends)(
  'PostgreSQL %s: a standby streams while the primary is written to, and again after a stop',
  async (major) => {
    const primary = await startServer({
      major,
      dataDir: join(temp, `p${major}`),
      settings: { fsync: 'off', max_connections: '33' },
    })
    const writer = await connect(primary)
    await writer.query('CREATE TABLE t (n int)')
    const write = async (rows: number) => {
      for (let i = 0; i < rows; i++) await writer.query('INSERT INTO t SELECT generate_series(1, 100)')
    }
    const count = async (client: pg.Client) =>
      Number((await client.query('SELECT count(*) FROM t')).rows[0].count)
    const caughtUp = async (standby: EmbeddedServer) => {
      const wal = (await writer.query('SELECT pg_current_wal_lsn() AS at')).rows[0].at
      const reader = await connect(standby)
      await expect
        .poll(
          async () =>
            (await reader.query('SELECT pg_last_wal_replay_lsn() >= $1 AS done', [wal])).rows[0].done,
          { timeout: 30_000 },
        )
        .toBe(true)
      expect(await count(reader)).toBe(await count(writer))
      const { rows } = await reader.query(
        `SELECT pg_is_in_recovery() AS standby, current_setting('max_connections') AS max`,
      )
      expect(rows).toEqual([{ standby: true, max: '33' }])
      await reader.end()
    }

    const options = { dataDir: join(temp, `s${major}`), slot: 'demo', name: `it's standby` }
    await write(5)
    const [first] = await Promise.all([startStandby(primary, options), write(200)])
    const { rows } = await writer.query('SELECT application_name, state FROM pg_stat_replication')
    expect(rows).toEqual([{ application_name: `it's standby`, state: 'streaming' }])
    await caughtUp(first)
    await first.stop()

    await write(5)
    const second = await startStandby(primary, options)
    await caughtUp(second)
    await second.stop()

    // Without its slot the WAL it needs may be gone: it is copied anew.
    await writer.query(`SELECT pg_drop_replication_slot('demo')`)
    const third = await startStandby(primary, options)
    await caughtUp(third)
    await third.stop()
    await writer.end()
    await primary.stop()
  },
)
