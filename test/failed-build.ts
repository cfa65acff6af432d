import { expect } from 'vitest'
import { run } from './observe.ts'
import type { TestDatabase } from './servers.ts'

/**
 * Runs a CREATE INDEX or REINDEX CONCURRENTLY that fails, since it waits for a transaction that has written to `table` until
 * it times out. What it began to build stays behind, invalid.
 */
export async function failToBuild(
  db: Pick<TestDatabase, 'url' | 'client'>,
  table: string,
  statement: string,
): Promise<void> {
  const holder = await db.client()
  await holder.query(`BEGIN; SELECT txid_current(); LOCK TABLE ${table} IN ROW EXCLUSIVE MODE`)
  await expect(run(db.url, `SET statement_timeout = '500ms'`, statement)).rejects.toMatchObject({
    code: '57014',
  })
  await holder.query('ROLLBACK')
}
