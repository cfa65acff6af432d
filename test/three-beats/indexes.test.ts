import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { look, lookUntil, run } from '../observe.ts'
import { freshDatabase, majors, type TestDatabase } from '../servers.ts'

const config = { thresholds: { 'drop-unused-index': { days: 0, size: 0 } } }
let db: TestDatabase
const see = () => look(db.monitorUrl, config)
const definitions = () => run(db.url, `SELECT indexdef FROM pg_indexes WHERE tablename = 'Orders' ORDER BY 1`)

describe.each(majors)('PostgreSQL %i', (major) => {
  beforeEach(async () => {
    db = await freshDatabase(major)
    await run(
      db.url,
      'CREATE TABLE "Orders" (id int PRIMARY KEY, customer int, state text, "to" int UNIQUE)',
      'INSERT INTO "Orders" SELECT n, n % 100, n::text, n FROM generate_series(1, 5000) n',
      'ANALYZE "Orders"',
    )
  })
  afterEach(() => db.drop())

  test('an unused index is found, dropped as advised, restored by the undo, and left alone once used', async () => {
    expect((await see()).opportunities('drop-unused-index')).toEqual([])

    await run(db.url, 'CREATE INDEX "by ""customer""" ON "Orders" (customer) WHERE customer > 0')
    const before = await definitions()
    const [advised] = (await see()).opportunities('drop-unused-index', 'index public.by "customer"')
    expect(advised).toMatchObject({
      confidence: 'medium',
      sql: [expect.any(String)],
      undo: [expect.any(String)],
    })
    await run(db.url, ...(advised?.sql ?? []))
    expect((await see()).opportunities('drop-unused-index')).toEqual([])

    await run(db.url, ...(advised?.undo ?? []))
    expect(await definitions()).toEqual(before)
    await run(db.url, 'SET enable_seqscan = off', 'SELECT count(*) FROM "Orders" WHERE customer = 7')
    await lookUntil(see, (s) => s.opportunities('drop-unused-index').length === 0)
  })

  test('duplicates are found whatever their names, and the one that may go is named', async () => {
    expect((await see()).opportunities('drop-duplicate-index')).toEqual([])

    await run(
      db.url,
      'CREATE INDEX a ON "Orders" (customer, state) WHERE state <> \'x\'',
      'CREATE INDEX "a much longer name for it" ON "Orders" (customer, state) WHERE state <> \'x\'',
      'CREATE INDEX short ON "Orders" (state)',
      'CREATE INDEX long ON "Orders" (state, customer)',
      'CREATE INDEX twin_of_unique ON "Orders" ("to")',
      'CREATE INDEX other_order ON "Orders" (customer DESC, state)',
      'CREATE INDEX other_class ON "Orders" (state text_pattern_ops, customer)',
      'CREATE INDEX other_collation ON "Orders" (state COLLATE "POSIX")',
      'CREATE INDEX hashed ON "Orders" USING hash (state)',
      'CREATE INDEX expression ON "Orders" (lower(state))',
      'CREATE INDEX coarse ON "Orders" USING brin (id)',
      'CREATE INDEX fine ON "Orders" USING brin (id) WITH (pages_per_range = 1)',
      'CREATE INDEX fine_too ON "Orders" USING brin (id) WITH (pages_per_range = 1)',
      'CREATE INDEX filled ON "Orders" USING hash (state) WITH (fillfactor = 50)',
    )
    const seen = await see()
    expect(seen.rows('duplicate-indexes').map((d) => [d.index, d.twin, d.reason])).toEqual([
      ['a much longer name for it', 'a', 'identical'],
      ['short', 'long', 'prefix'],
      ['twin_of_unique', 'Orders_to_key', 'identical'],
      ['fine_too', 'fine', 'identical'],
      ['filled', 'hashed', 'storage'],
    ])
    // What one advice would drop is not dropped by another as well.
    expect(seen.opportunities('drop-unused-index').map((o) => o.subject)).not.toContain('index public.short')

    for (const { sql } of seen.opportunities('drop-duplicate-index')) await run(db.url, ...(sql ?? []))
    expect((await see()).opportunities('drop-duplicate-index')).toEqual([])
  })

  test('a unique index beside a deferrable constraint stays: only it lets the planner leave a join out', async () => {
    await run(
      db.url,
      'ALTER TABLE "Orders" ADD CONSTRAINT later UNIQUE (customer, state) DEFERRABLE',
      'CREATE UNIQUE INDEX now ON "Orders" (customer, state)',
      'CREATE INDEX plain ON "Orders" (customer, state)',
    )
    const plan = async () =>
      JSON.stringify(
        await run(
          db.url,
          'EXPLAIN SELECT a.id FROM "Orders" a LEFT JOIN "Orders" b ON b.customer = a.customer AND b.state = a.state',
        ),
      )
    expect(await plan()).not.toContain('Join')
    const seen = await see()
    expect(seen.rows('duplicate-indexes').map((d) => [d.index, d.twin])).toEqual([['plain', 'later']])
    for (const { sql } of seen.opportunities('drop-duplicate-index')) await run(db.url, ...(sql ?? []))
    expect(await plan()).not.toContain('Join')
    await run(db.url, 'CREATE UNIQUE INDEX again ON "Orders" (customer, state)')
    expect((await see()).rows('duplicate-indexes').map((d) => [d.index, d.twin])).toEqual([['again', 'now']])
    // That is what it would have cost.
    await run(db.url, 'DROP INDEX now, again')
    expect(await plan()).toContain('Join')
  })

  test('an invalid index is found, and gone after the advice', async () => {
    expect((await see()).findings('invalid-index')).toEqual([])

    await run(db.url, 'UPDATE "Orders" SET customer = 1 WHERE id < 3')
    await expect(
      run(db.url, 'CREATE UNIQUE INDEX CONCURRENTLY half ON "Orders" (customer)'),
    ).rejects.toMatchObject({ code: '23505' })
    const seen = await see()
    expect(seen.findings('invalid-index')).toMatchObject([
      { subject: 'index public.half', severity: 'warning' },
    ])
    expect(seen.health.deductions).toContainEqual(
      expect.objectContaining({ rule: 'invalid-index', points: 5 }),
    )
    const [advised] = seen.opportunities('drop-invalid-index')
    await run(db.url, ...(advised?.sql ?? []))
    expect((await see()).findings('invalid-index')).toEqual([])
  })

  test('what a failed rebuild leaves, on the TOAST table too, is found and dropped, but not while it is at work', async () => {
    const told = async () => (await see()).findings('invalid-index').map((f) => f.summary)
    const [toast] = await run(
      db.url,
      `SELECT 'pg_toast_' || oid || '_index' AS index FROM pg_class WHERE relname = 'Orders'`,
    )
    const [holder, builder] = [await db.client(), await db.client()]
    await holder.query('BEGIN; SELECT txid_current(); LOCK TABLE "Orders" IN ROW EXCLUSIVE MODE')
    const rebuilt = builder.query('REINDEX TABLE CONCURRENTLY "Orders"').catch((error) => error)
    const begun = async () =>
      (await db.query('SELECT count(*)::int AS n FROM pg_index WHERE NOT indisvalid'))[0]?.n
    await expect.poll(begun, { timeout: 20_000 }).toBe(3)
    expect(await told()).toEqual([])
    await db.query(
      'SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()',
    )
    expect((await rebuilt).code).toBe('57014')
    await holder.query('ROLLBACK')

    const left = 'is invalid: left behind by a failed rebuild of'
    expect(await told()).toEqual([
      `The index pg_toast.${toast?.index}_ccnew on the TOAST table of public.Orders ${left} ${toast?.index}.`,
      `The index public.Orders_pkey_ccnew on Orders ${left} Orders_pkey.`,
      `The index public.Orders_to_key_ccnew on Orders ${left} Orders_to_key.`,
    ])
    for (const { sql } of (await see()).opportunities('drop-invalid-index')) await run(db.url, ...(sql ?? []))
    expect(await told()).toEqual([])
    expect(await begun()).toBe(0)
  })
})
