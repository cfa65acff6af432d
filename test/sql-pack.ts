/** The SQL pack in a test's database. */
import pg from 'pg'
import { expect } from 'vitest'
import { parseUrl } from '../src/postgres/url.ts'
import type { Pack } from '../src/sql-pack/pack.ts'
import type { PackChange, PackRequest } from '../src/sql-pack/pack-change.ts'
import { openSqlPack } from '../src/sql-pack/sql-pack.ts'

/** Plans and applies, as the CLI does. */
export async function changePack(url: string, request: PackRequest, pack?: Pack): Promise<PackChange> {
  const opened = await openSqlPack(parseUrl(url, {}), pack)
  try {
    const change = await opened.plan(request)
    await opened.apply(request, change)
    return change
  } finally {
    await opened.close()
  }
}

/** The rows of a query over a connection of its own. */
export async function rowsOf(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql, values)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

export interface Measured {
  readonly metric: string
  readonly value: number | null
  readonly status: 'ok' | 'warning' | 'critical' | 'unknown'
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects in it
  readonly details: any
}

export type Health = ReadonlyMap<string, Measured>

/** All rows of the function by metric. Fails when one of its parts failed for a reason that is no grant or extension. */
export async function healthOf(url: string, call = 'pgtend.check_database_health()'): Promise<Health> {
  const rows = (await rowsOf(
    url,
    `SELECT metric, value::float8, status, details FROM ${call}`,
  )) as unknown as Measured[]
  for (const row of rows) expect(row.details.detail ?? '', row.metric).not.toMatch(/\([0-9A-Z]{5}\)$/)
  expect(rows.at(-1)?.metric).toBe('overall')
  return new Map(rows.map((row) => [row.metric, row]))
}
