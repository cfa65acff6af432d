import { expect, onTestFinished, test } from 'vitest'
import { freshDatabase, majors } from '../../test/servers.ts'
import { openActionSession } from '../postgres/action-session.ts'
import { parseUrl } from '../postgres/url.ts'
import { type MeasureOptions, measureBloat } from './bloat.ts'

async function measure(url: string, options: MeasureOptions = { least: 8192 }) {
  const session = await openActionSession(parseUrl(url))
  try {
    return await measureBloat((work) => session.read(work), options)
  } finally {
    await session.close()
  }
}

test.each(majors)(
  'on PostgreSQL %i bloat is measured with pgstattuple, and unknown without',
  async (major) => {
    const db = await freshDatabase(major)
    onTestFinished(() => db.drop())
    await db.query(
      `create table "Full" with (autovacuum_enabled = off) as select g a, repeat('x', 100) b from generate_series(1, 20000) g`,
    )
    await db.query('create index full_a on "Full" (a)')
    await db.query('create table hollow with (autovacuum_enabled = off) as select * from "Full"')
    await db.query('create index hollow_a on hollow (a)')
    await db.query('delete from hollow where a % 10 <> 0')
    await db.query('vacuum hollow')
    await db.query('vacuum "Full"')
    expect(await measure(db.url)).toEqual({
      rows: [],
      unknown: ['Bloat is not measured: CREATE EXTENSION pgstattuple makes it known.'],
    })
    await db.query('create extension pgstattuple')
    const { rows, unknown } = await measure(db.url)
    expect(unknown).toEqual([])
    const of = Object.fromEntries(rows.map((r) => [r.index ?? r.table, r.bloat]))
    expect(of.Full).toBeLessThan(0.1)
    expect(of.full_a).toBeLessThan(0.1)
    expect(of.hollow).toBeGreaterThan(0.8)
    expect(of.hollow_a).toBeGreaterThan(0.7)
    const named = await measure(db.url, { names: ['public.Full', 'hollow_a', 'gone'], timeout: 60_000 })
    expect(named.rows.map((r) => r.index ?? r.table)).toEqual(['Full', 'full_a', 'hollow_a'])
    expect(named.unknown).toEqual([expect.stringContaining('no table or B-tree gone')])
    const capped = await measure(db.url, { names: ['Full'], cap: 1_000_000 })
    expect(capped.rows.map((r) => r.index)).toEqual(['full_a'])
    expect(capped.unknown).toEqual([expect.stringContaining('public.Full was not read')])
    const [why] = (await measure(db.blindUrl)).unknown
    expect(why).toContain('GRANT pg_stat_scan_tables')
  },
)
