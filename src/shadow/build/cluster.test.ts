import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LATEST, majors } from '../../../test/servers.ts'
import { isPostgresOn, recordedPid } from '../../embedded/processes.ts'
import { heightOf } from './btree-pages.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { createDatabase, databaseName, dropUnused, readNote, writeNote } from './database.ts'
import { readMetapage, setBlocks, setHeight } from './relation-file.ts'
import { filePaths } from './sizes.ts'

const LIKE = {
  ...{ name: 'x', version: 0, user: 'u', encoding: 'UTF8', blockSize: 8192 },
  ...{ collate: 'C', ctype: 'C', provider: 'c', locale: null },
}

test('without binaries of the major it says so', async () => {
  await expect(openCluster(13, '/nowhere')).rejects.toThrow(expect.objectContaining({ code: 'no-shadow' }))
})

describe.each(majors)('PostgreSQL %i', (major) => {
  let home = ''
  let cluster: Cluster
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'pgtend-shadow-'))
    chmodSync(home, 0o755)
    cluster = await openCluster(major, home)
  })
  afterAll(async () => {
    await cluster?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  test('a tree of any height is one that PostgreSQL takes for valid', async () => {
    const database = databaseName('pages')
    await createDatabase(cluster, database, LIKE)
    const admin = await cluster.open(database, 'postgres')
    await admin.script(
      'CREATE EXTENSION amcheck; CREATE EXTENSION pageinspect; CREATE TABLE t (a int, b text)',
    )
    for (const height of [0, 1, 2, 5]) {
      await admin.script(`CREATE INDEX t_${height} ON t (a, b)`)
      const [row] = await admin.query(`SELECT 't_${height}'::regclass::oid::text AS oid`)
      const [path] = (await filePaths(admin, cluster.server.dataDir, [Number(row?.oid)])).values()
      if (path === undefined) throw new Error('it has no file')
      expect(heightOf(readMetapage(path))).toBeUndefined()
      setHeight(path, height)
      const { uid, gid } = statSync(path)
      setBlocks(path, 200_000, { uid, gid })
      expect(heightOf(readMetapage(path))).toBe(height)
      await admin.script(`SELECT bt_index_parent_check('t_${height}', true)`)
      const [seen] = await admin.query(
        `SELECT (bt_metap('t_${height}')).level::text AS level, (pg_relation_size('t_${height}') / 8192)::text AS blocks,
          bool_and(page_checksum(p, b) = (page_header(p)).checksum)::text AS sums
         FROM generate_series(0, ${height + 1}) b, get_raw_page('t_${height}', b::int) p`,
      )
      expect(seen).toEqual({ level: String(height), blocks: '200000', sums: 'true' })
      expect(statSync(path).blocks * 512).toBeLessThan(100_000)
      await admin.script(
        `SELECT * FROM t WHERE a = 1 ORDER BY a DESC; INSERT INTO t VALUES (1, 'x'); DELETE FROM t; DROP INDEX t_${height}`,
      )
    }
    await admin.end()
  })

  test('databases that have no note or an old one are dropped, others and those in use stay', async () => {
    const names = ['fresh', 'old', 'half', 'used'].map(databaseName) as [string, string, string, string]
    for (const name of names) await createDatabase(cluster, name, LIKE)
    const [fresh, old, , used] = names
    await writeNote(cluster, fresh, { a: 1 })
    await writeNote(cluster, old, { a: 1 })
    const longAgo = new Date(Date.now() - 8 * 86_400_000)
    utimesSync(join(`${cluster.server.dataDir}.targets`, `${old}.json`), longAgo, longAgo)
    writeFileSync(join(`${cluster.server.dataDir}.targets`, 'stray.json'), '{}')
    cluster.inUse.add(used)
    await dropUnused(cluster)
    const rows = await cluster.admin.query(`SELECT datname FROM pg_database WHERE datname LIKE 't\\_%'`)
    expect(rows.map((r) => r.datname).toSorted()).toEqual([fresh, used].toSorted())
    expect(await readNote(cluster, fresh)).toEqual({ a: 1 })
    expect(await readNote(cluster, old)).toBeUndefined()
    expect(existsSync(join(`${cluster.server.dataDir}.targets`, 'stray.json'))).toBe(false)
  })
})

test.skipIf(majors.length === 0)(
  'another process has a cluster of its own, and what it leaves when it is killed is ended',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'pgtend-shadow-'))
    chmodSync(home, 0o755)
    const script = join(home, 'other.mjs')
    const module = join(import.meta.dirname, 'cluster.ts')
    writeFileSync(
      script,
      `const { openCluster } = await import(${JSON.stringify(module)})
    await openCluster(${LATEST}, ${JSON.stringify(home)}); process.send('open'); setInterval(() => {}, 1000)`,
    )
    const child = fork(script)
    await once(child, 'message')
    const cluster = await openCluster(LATEST, home)
    expect(cluster.server.dataDir).toBe(join(home, `${LATEST}-2`))
    await cluster.stop()
    const left = join(home, String(LATEST))
    const pid = recordedPid(left) ?? 0
    expect(isPostgresOn(pid, left)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const again = await openCluster(LATEST, home)
    expect(again.server.dataDir).toBe(left)
    expect(isPostgresOn(pid, left)).toBe(false)
    await again.stop()
    rmSync(home, { recursive: true, force: true })
  },
)
