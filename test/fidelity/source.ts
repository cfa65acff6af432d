import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Major } from '../../src/core/probe.ts'
import { serverUrl } from '../servers.ts'
import { DATA, INDEXES, SCHEMA } from './schema.ts'

export interface Source {
  readonly url: string
  readonly client: pg.Client
  drop(): Promise<void>
}

/** A database of its own on the test server, in a language's order where a database can have one. */
export async function fleetDatabase(major: Major): Promise<Source> {
  const name = `fleet_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: serverUrl(major) })
  await admin.connect()
  const locale = major >= 15 ? `LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LC_COLLATE 'C' LC_CTYPE 'C'` : ''
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ${locale}`)
  const url = serverUrl(major, { database: name })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('SELECT setseed(0.42)')
  await client.query(SCHEMA)
  await client.query(DATA)
  await client.query(INDEXES)
  // So much that ANALYZE reads every row of every table: its samples are random, and each run would compare other statistics.
  await client.query('SET default_statistics_target = 250')
  await client.query('VACUUM ANALYZE')
  // Autovacuum doesn't do this for the parent of partitions.
  await client.query('ANALYZE fleet.scan')
  return {
    url,
    client,
    async drop() {
      await client.end()
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    },
  }
}
