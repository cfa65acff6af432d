import { describe, expect, it, onTestFinished } from 'vitest'
import { hostile, quoted } from '../../test/hostile.ts'
import { operate } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'
import { formatBytes } from '../core/format.ts'
import { splitNames } from './_names.ts'

const [table, column] = [hostile('t'), hostile('c')]

async function withTable(major = LATEST): Promise<TestDatabase> {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query(`CREATE TABLE ${quoted(table)} (id int, ${quoted(column)} text)`)
  await db.query(`INSERT INTO ${quoted(table)} SELECT i, 'x' FROM generate_series(1, 1000) i`)
  return db
}

const indexes = (db: TestDatabase) =>
  db.query(
    `SELECT c.relname AS name, i.indisvalid AS valid, pg_get_indexdef(c.oid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  )

describe.each(majors)('create-index-concurrently on PostgreSQL %i', (major) => {
  it('builds the index, and its undo drops it', async () => {
    const db = await withTable(major)
    const { act } = await operate(db.url)
    const columns = `${quoted(column)}, id`
    const { plan, run } = await act('create-index-concurrently', { table, columns, name: hostile('i') })
    expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
    expect(await indexes(db)).toMatchObject([{ name: hostile('i'), valid: true }])
    for (const sql of plan.steps[0]?.undo ?? []) await db.query(sql)
    expect(await indexes(db)).toEqual([])
  })

  it('asks for the room of a table that was never analysed, or has grown since', async () => {
    const db = await withTable(major)
    await db.query(`ALTER TABLE ${quoted(table)} SET (autovacuum_enabled = off)`)
    const { operator } = await operate(db.url)
    const planned = async () => {
      const { effect, preconditions } = await operator.plan('db', 'create-index-concurrently', {
        ...{ table, columns: 'id', name: 'i' },
      })
      const { detail } = preconditions.find((p) => p.name === 'disk space') ?? {}
      return { effect, detail }
    }
    const of = async (grown: number) => {
      await db.query(`INSERT INTO ${quoted(table)} SELECT i, 'x' FROM generate_series(1, ${grown}) i`)
      const [row] = await db.query(
        'SELECT pg_relation_size(oid)::int AS size FROM pg_class WHERE relname = $1',
        [table],
      )
      return formatBytes(row?.size as number)
    }
    const first = await of(1000)
    expect(await planned()).toEqual({
      effect: expect.stringContaining(`An index of at most about ${first},`),
      detail: expect.stringContaining(`up to ${first} of disk`),
    })
    await db.query(`ANALYZE ${quoted(table)}`)
    const bytes = async () => Number(/about ([\d.]+) /.exec((await planned()).effect)?.[1])
    const analysed = await bytes()
    await of(2000)
    // Twice the pages, so about twice the rows, though nobody has counted them.
    expect((await bytes()) / analysed).toBeCloseTo(2, 0)
  })

  it('drops the invalid index that a failed build leaves', async () => {
    const db = await withTable(major)
    const { act } = await operate(db.url)
    const input = { table, columns: quoted(column), unique: true, name: 'u' }
    const { run } = await act('create-index-concurrently', input)
    expect(run).toMatchObject({ status: 'failed', verification: { ok: false } })
    expect(run.error).toContain('What it left behind was removed: DROP INDEX CONCURRENTLY')
    expect(await indexes(db)).toEqual([])
  })

  it('does not pass an invalid leftover for success', async () => {
    const db = await withTable(major)
    await db
      .query(`CREATE UNIQUE INDEX CONCURRENTLY u ON ${quoted(table)} (${quoted(column)})`)
      .catch(() => 0)
    const { operator, act } = await operate(db.url)
    const input = { table, columns: 'id', name: 'u' }
    await expect(operator.plan('db', 'create-index-concurrently', input)).rejects.toThrow('an invalid index')
    expect((await act('drop-invalid-index', { index: 'u' })).run).toMatchObject({ status: 'done' })
    expect((await act('create-index-concurrently', input)).run).toMatchObject({ status: 'done' })
  })
})

it('knows what room it needs on a table that was never analysed', async () => {
  const db = await withTable()
  const { operator } = await operate(db.url)
  const plan = await operator.plan('db', 'create-index-concurrently', { table, columns: 'id' })
  const space = plan.preconditions.find((p) => p.name === 'disk space')
  const [{ pages } = {}] = await db.query(
    `SELECT pg_relation_size('${quoted(table).replaceAll("'", "''")}') / 8192 AS pages`,
  )
  expect(Number(pages)).toBeGreaterThan(0)
  expect(space?.detail).toContain(`up to ${Number(pages) * 8} kB of disk`)
})

it("never drops another's valid index of the same name", async () => {
  const db = await withTable()
  const { operator } = await operate(db.url)
  const input = { table, columns: 'id', name: 'same' }
  const plan = await operator.plan('db', 'create-index-concurrently', input)
  await db.query(`CREATE INDEX same ON ${quoted(table)} (id)`)
  const cleanup = plan.steps[0]?.cleanup?.[0]
  expect(await db.query(cleanup?.when as string, [...(cleanup?.values ?? [])])).toEqual([])
})

it('refuses a twin, a column that there is not, and a method that there is not', async () => {
  const db = await withTable()
  await db.query(`CREATE INDEX twin ON ${quoted(table)} (id)`)
  const { operator } = await operate(db.url)
  const plan = (input: object) =>
    operator.plan('db', 'create-index-concurrently', { table, columns: 'id', ...input })
  await expect(plan({})).rejects.toThrow('twin is over the same columns')
  await expect(plan({ columns: 'nope' })).rejects.toThrow('no column nope')
  await expect(plan({ method: 'btree); DROP TABLE x; --' })).rejects.toThrow('no index method')
})

it('splits column names as SQL writes them', () => {
  expect(splitNames('a, "b,""c" ,d e')).toEqual(['a', 'b,"c', 'd e'])
  for (const bad of ['', ',', 'a,', '"a', 'a"b', 'a, a']) expect(() => splitNames(bad)).toThrow('column')
})
