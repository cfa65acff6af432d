import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { operate, PERSON } from '../../test/operate.ts'
import { freshDatabase, LATEST } from '../../test/servers.ts'
import { mountSmallDisk } from '../../test/small-disk.ts'
import type { Ledger } from '../core/ledger.ts'

const LEASE = 1_500

/** Fills the disk to the last page: what is noted from now on is refused. */
async function fill(disk: string, ledger: Ledger): Promise<void> {
  for (let size = 1_000_000, n = 0; size >= 1_000; n++) {
    try {
      writeFileSync(join(disk, `ballast-${n}`), Buffer.alloc(size))
    } catch {
      size /= 2
    }
  }
  const value = 'x'.repeat(2_000)
  for (let n = 0; n < 10_000; n++) {
    const entry = { kind: 'silence', id: `filler ${n}`, target: 'none', at: 0, version: 0, value } as const
    const written = await ledger.write([entry]).catch(() => undefined)
    if (written === undefined) return
  }
  throw new Error('the disk does not get full')
}

test.skipIf(process.getuid?.() !== 0)(
  'the disk under the history gets full during an action: it says so, and once there is room it is told what became of it',
  async ({ skip }) => {
    const disk = mountSmallDisk(4) ?? skip('mounting is not allowed here')
    const db = await freshDatabase(LATEST)
    try {
      await db.query('CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id')
      const writer = await db.client()
      await writer.query('BEGIN; INSERT INTO orders VALUES (1)')
      const { operator, store } = await operate(db.url, {
        storePath: join(disk, 'history.db'),
        lease: LEASE,
      })
      const input = { table: 'orders', columns: 'id' }
      const { hash } = await operator.plan('db', 'create-index-concurrently', input)
      const running = operator.run('db', 'create-index-concurrently', input, { hash, actor: PERSON })
      const building = () =>
        db.query('SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()')
      await expect.poll(building, { timeout: 15_000 }).toHaveLength(1)
      await fill(disk, store.ledger)
      await writer.query('COMMIT')
      expect(await running).toMatchObject({
        status: 'interrupted',
        error: expect.stringContaining('the disk is full'),
      })
      const index = `SELECT indisvalid AS valid FROM pg_index WHERE indrelid = 'orders'::regclass`
      expect(await db.query(index)).toEqual([{ valid: true }])
      // Nothing can be begun that could not be noted.
      const analyze = await operator.plan('db', 'analyze', { table: 'orders' })
      const refused = operator.run(
        'db',
        'analyze',
        { table: 'orders' },
        { hash: analyze.hash, actor: PERSON },
      )
      await expect(refused).rejects.toMatchObject({
        code: expect.stringMatching(/store-failed|already-running/),
      })

      for (let n = 0; n < 100; n++) rmSync(join(disk, `ballast-${n}`), { force: true })
      expect(await operator.recover()).toMatchObject([
        { status: 'done', notices: [expect.stringContaining('the server finished it')] },
      ])
      expect(await db.query(index)).toEqual([{ valid: true }])
    } finally {
      await db.drop()
    }
  },
)
