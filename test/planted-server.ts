/** A server of its own with the SQL pack, on which faults are planted. */
import pg from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Major } from '../src/core/probe.ts'
import type { EmbeddedServer } from '../src/embedded/server.ts'
import { start, type tempFolder } from './embedded.ts'
import { changePack, type Health, healthOf, rowsOf } from './sql-pack.ts'

const SETTINGS = {
  max_connections: '30',
  max_prepared_transactions: '3',
  autovacuum: 'on',
  autovacuum_naptime: '1d',
  deadlock_timeout: '20ms',
  max_slot_wal_keep_size: '64MB',
  wal_keep_size: '0',
}

/** Starts it before the tests of the file and stops it after them; everything is known and healthy at first. */
export function plantedServer(major: Major, folder: ReturnType<typeof tempFolder>) {
  let server: EmbeddedServer
  const clients: pg.Client[] = []
  const sql = (text: string, values?: unknown[]) => rowsOf(server.url(), text, values)
  const setting = (name: string, value: number | null) =>
    sql('UPDATE pgtend.settings SET value = $2 WHERE name = $1', [name, value])
  const health = () => healthOf(server.url())
  const close = () => Promise.allSettled(clients.splice(0).map((client) => client.end()))

  beforeAll(async () => {
    server = await start(folder.fresh(), { major, settings: SETTINGS })
    await sql('CREATE EXTENSION pg_stat_statements')
    await changePack(server.url(), { task: 'install' })
    await setting('limits.storage', 1e12)
    await setting('drop-unused-index.days', 0)
    await sql('UPDATE pgtend.settings SET default_value = value')
  })
  afterAll(async () => {
    await close()
    await server?.stop('immediate')
  })

  return {
    ...{ sql, setting, health, close },
    reset: () => sql('UPDATE pgtend.settings SET value = default_value'),
    async connect(application = 'planted', user = 'postgres'): Promise<pg.Client> {
      const client = new pg.Client({ connectionString: server.url({ user }), application_name: application })
      client.on('error', () => {})
      await client.connect()
      clients.push(client)
      return client
    },
    /** Counters of ended sessions arrive late. */
    async until(metric: string, status: string): Promise<Health> {
      let last: Health = new Map()
      const look = async () => {
        last = await health()
        return last.get(metric)?.status
      }
      await expect.poll(look, { timeout: 20_000 }).toBe(status)
      return last
    },
  }
}
