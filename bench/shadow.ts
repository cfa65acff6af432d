/** The private planner at size: `node bench/shadow.ts [major]`. Collecting, building, refreshing, disk, what-if calls. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Major } from '../src/core/probe.ts'
import { startServer } from '../src/embedded/server.ts'
import { openBulkSession } from '../src/postgres/bulk-session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { openShadow } from '../src/shadow/shadow.ts'

const major = Number(process.argv[2] ?? 17) as Major
const sizes = (process.argv[3] ?? '20,200,2000').split(',').map(Number)
const root = join(tmpdir(), `pgtend-bench-${process.pid}`)
mkdirSync(root, { mode: 0o755 })

const table = (
  i: number,
) => `CREATE TABLE t${i} (id int PRIMARY KEY, ref int, kind text, state smallint, amount numeric, note text, flag boolean, at timestamptz,
    tags text[], data jsonb, code uuid, due date);
  INSERT INTO t${i} SELECT g, g % 50, 'k' || g % 20, g % 5, g * 1.5, md5(g::text), g % 9 = 0, now() - g * interval '1 h', ARRAY['a', 'b' || g % 7], '{"a": 1}', md5(g::text)::uuid, '2025-01-01'
    FROM generate_series(1, 300) g;
  CREATE INDEX t${i}_ref ON t${i} (ref, at); CREATE INDEX t${i}_kind ON t${i} (kind) WHERE flag;`

const diskBelow = (dir: string): number =>
  readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile())
    .reduce((sum, e) => sum + statSync(join(e.parentPath, e.name)).blocks * 512, 0)

const server = await startServer({
  major,
  dataDir: join(root, 'watched'),
  settings: { fsync: 'off', max_locks_per_transaction: '512' },
})
const home = join(root, 'shadow')
const shadow = openShadow({ home })
const rows: Record<string, unknown>[] = []
try {
  // Once: the cluster is made and started.
  await (await shadow.prepare({ spec: parseUrl(server.url(), {}), key: 'empty' })).close()
  for (const count of sizes) {
    const name = `bench${count}`
    const admin = await openBulkSession(parseUrl(server.url(), {}), 'bench')
    await admin.script(`CREATE DATABASE ${name}`)
    await admin.end()
    const spec = parseUrl(server.url({ database: name }), {})
    const session = await openBulkSession(spec, 'bench')
    for (let i = 0; i < count; i++) await session.script(table(i))
    await session.script('VACUUM ANALYZE')
    const before = diskBelow(join(home, String(major)))
    const first = await shadow.prepare({ spec })
    const built = diskBelow(join(home, String(major)))
    const made = await first.whatIf.create({
      schema: 'public',
      table: 't3',
      method: 'btree',
      keys: [{ column: 'state' }, { column: 'at' }],
      include: [],
    })
    if ('reason' in made) throw new Error(made.reason)
    const statement = { sql: 'SELECT * FROM t3 WHERE state = $1 ORDER BY at DESC LIMIT 10', values: ['3'] }
    const began = performance.now()
    for (let i = 0; i < 200; i++) await first.whatIf.plan(statement, { with: i % 2 ? [made] : [] })
    const planMs = (performance.now() - began) / 200
    const creating = performance.now()
    for (let i = 0; i < 10; i++)
      await first.whatIf.create({
        schema: 'public',
        table: `t${i}`,
        method: 'btree',
        keys: [{ column: 'kind' }, { column: 'at' }],
        include: [],
      })
    const createMs = (performance.now() - creating) / 10
    await first.close()
    await session.script('ANALYZE t1, t2')
    const again = await shadow.prepare({ spec })
    await again.close()
    await session.end()
    rows.push({
      tables: count,
      'collect s': (first.cost.collectMs / 1000).toFixed(2),
      queries: first.cost.queries,
      'build s': (first.cost.buildMs / 1000).toFixed(2),
      'kB a table': Math.round((built - before) / 1024 / count),
      gaps: first.schema.gaps.length,
      'refresh s': (again.cost.buildMs / 1000).toFixed(2),
      refreshed: again.cost.refreshed,
      'what-if ms': planMs.toFixed(2),
      'candidate ms': createMs.toFixed(1),
    })
  }
} finally {
  await shadow.close()
  await server.stop('immediate')
  rmSync(root, { recursive: true, force: true })
}
console.info(`PostgreSQL ${major}`)
console.table(rows)
