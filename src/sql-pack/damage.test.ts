/** Damaged blocks and transaction ids that run out: real ones, found by the pack on every major, and gone when mended. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { start, tempFolder } from '../../test/embedded.ts'
import { majors } from '../../test/servers.ts'
import { changePack, healthOf, rowsOf } from '../../test/sql-pack.ts'
import type { EmbeddedServer } from '../embedded/server.ts'

const folder = tempFolder()
afterAll(() => folder.remove())

const stop = (server: EmbeddedServer) => server.stop('immediate')

/** Flips one bit in the middle of the first block of a file. */
function flipBit(file: string): void {
  const handle = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(handle, byte, 0, 1, 4_000)
  byte[0] = (byte[0] ?? 0) ^ 1
  writeSync(handle, byte, 0, 1, 4_000)
  closeSync(handle)
}

/** As if a database had not been vacuumed for so many transactions. */
const AGE = `UPDATE pg_database SET datfrozenxid = ((txid_current() % 4294967296 - $2 + 4294967296) % 4294967296)::text::xid
  WHERE datname = $1`

describe.each(majors)('on PostgreSQL %i', (major) => {
  test('a flipped bit in a table is a checksum failure, until the table and the counter are gone', async () => {
    const dataDir = folder.fresh()
    let server = await start(dataDir, { major })
    onTestFinished(() => stop(server))
    const sql = (text: string) => rowsOf(server.url(), text)
    await changePack(server.url(), { task: 'install' })
    await sql('CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 1000) i')
    await sql('CHECKPOINT')
    const [file] = await sql(`SELECT pg_relation_filepath('t') AS path`)
    const before = await healthOf(server.url())
    expect(before.get('checksum_failures')).toMatchObject({
      ...{ status: 'ok', value: 0 },
      details: { checksums: true, databases: [] },
    })
    await server.stop()
    flipBit(join(dataDir, String(file?.path)))
    server = await start(dataDir, { major })
    await expect(sql('SELECT count(*) FROM t')).rejects.toThrow(/invalid page/)
    // The counter is given away when the session ends.
    const failures = async () => (await healthOf(server.url())).get('checksum_failures')?.status
    await expect.poll(failures, { timeout: 20_000 }).toBe('critical')
    const found = await healthOf(server.url())
    expect(found.get('checksum_failures')).toMatchObject({ value: 1, details: { databases: ['postgres'] } })
    expect(found.get('overall')?.status).toBe('critical')
    await sql('DROP TABLE t')
    await sql('SELECT pg_stat_reset()')
    await expect.poll(failures, { timeout: 20_000 }).toBe('ok')
  })

  test('transaction ids near their end, in a template too, until VACUUM has frozen the rows', async () => {
    const server = await start(folder.fresh(), { major })
    onTestFinished(() => stop(server))
    const age = (database: string, xids: number) => rowsOf(server.url(), AGE, [database, xids])
    await changePack(server.url(), { task: 'install' })
    await rowsOf(server.url(), 'CREATE DATABASE aged')
    const row = async () => (await healthOf(server.url())).get('wraparound')
    expect(await row()).toMatchObject({ status: 'ok' })
    await age('template1', 1_200_000_000)
    expect(await row()).toMatchObject({ status: 'warning', details: { database: 'template1' } })
    await age('aged', 1_900_000_000)
    const worst = await row()
    expect(worst).toMatchObject({ status: 'critical', details: { database: 'aged' } })
    expect(worst?.value).toBeCloseTo(1.9e9 / (2 ** 31 - 3e6), 3)
    expect((await healthOf(server.url())).get('overall')?.status).toBe('critical')
    await rowsOf(server.url({ database: 'aged' }), 'VACUUM')
    expect(await row()).toMatchObject({ status: 'warning', details: { database: 'template1' } })
    await rowsOf(server.url({ database: 'template1' }), 'VACUUM')
    expect(await row()).toMatchObject({ status: 'ok' })
  })
})
