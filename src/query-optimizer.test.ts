import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plannerHome } from '../test/optimizer-app.ts'
import { freshDatabase, majors, type TestDatabase } from '../test/servers.ts'
import { QueryOptimizer } from './query-optimizer.ts'

const home = plannerHome()

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  let optimizer: QueryOptimizer
  const seller = `seller_${major}`
  beforeAll(async () => {
    db = await freshDatabase(major)
    await db.query(`create table orders as select i as id, (i % 5000)::text as owner, i % 100 as kind, now() - i * interval '1 minute' as at
      from generate_series(1, 50000) i`)
    await db.query('alter table orders add primary key (id)')
    await db.query(`create role ${seller}`)
    await db.query(`grant select on orders to ${seller}`)
    await db.query('alter table orders enable row level security')
    await db.query(`create policy own on orders to ${seller}
      using (owner = current_setting('request.jwt.claims', true)::json->>'sub')`)
    await db.query('analyze orders')
    optimizer = new QueryOptimizer(db.url, { home: home() })
  })
  afterAll(async () => {
    await optimizer?.close()
    await db?.query(`drop owned by ${seller}`)
    await db?.query(`drop role ${seller}`)
    await db?.drop()
  })

  test('as a role its policy is planned, and the index is for the policy', async () => {
    const sql = 'select id, at from orders'
    const free = await optimizer.analyzeQuery(sql)
    expect(free.plan).not.toHaveProperty('role')
    expect(free.indexes).toEqual([])
    const own = await optimizer.analyzeQuery(sql, { role: seller, claims: { sub: '42' } })
    expect(own.plan).toMatchObject({ role: seller, by: 'shadow' })
    expect(own.plan?.explained.plan.Filter).toContain('request.jwt.claims')
    expect(await db.query('select count(*)::int as n from orders')).toEqual([{ n: 50_000 }])
  })

  test('$1 is planned with likely constants, and the index is proved with them', async () => {
    const { plan, indexes, findings } = await optimizer.analyzeQuery(
      'select id from orders where owner = $1 and at > $2',
    )
    expect(plan).toMatchObject({ generic: false, values: [expect.any(String), expect.any(String)] })
    expect(indexes[0]?.spec.keys[0]).toMatchObject({ column: 'owner' })
    expect(findings.map((f) => f.about)).toContain('plan')
  })

  test('only a text with the same rows is taken, and only where it costs less', async () => {
    const sql = `select id from orders o where o.kind < 3 and (select count(*) from orders i where i.id >= o.id) > 0`
    const { rewrites } = await optimizer.analyzeQuery(sql)
    const better = await optimizer.generateOptimizedQuery(sql)
    const { rewrite, cost } = better
    expect(rewrites.map((r) => r.sql)).toContain(better.sql)
    expect(rewrite?.result).toBe('same')
    expect(cost?.after).toBeLessThan(cost?.before ?? 0)
    const count = async (text: string) => (await db.query(`select count(*)::int as n from (${text}) q`))[0]
    expect(await count(better.sql)).toEqual({ n: 1500 })
    expect(await optimizer.generateOptimizedQuery('select id from orders where id = 7')).toEqual({
      sql: 'select id from orders where id = 7',
    })
  })
})

test('a URL that is none, and a server out of reach', async () => {
  const gone = new QueryOptimizer('postgres://x@127.0.0.1:1/x')
  await expect(gone.analyzeQuery('select 1')).rejects.toMatchObject({ code: 'unreachable' })
  await expect(gone.optimizeWorkload({ seconds: 1 })).rejects.toMatchObject({ code: 'unreachable' })
  await gone.close()
  await expect(new QueryOptimizer('nonsense').analyzeQuery('select 1')).rejects.toMatchObject({
    code: 'bad-url',
  })
})
