import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { fillOrders } from '../../../test/optimizer-app.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../../test/servers.ts'
import { temporaryFolder } from '../../../test/store.ts'
import { cells } from '../../render/text.ts'
import { run } from '../run.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await freshDatabase(LATEST)
  await fillOrders(db)
  await db.query('create role teller')
  await db.query('grant select on orders to teller')
})
afterAll(async () => {
  await db.query('drop owned by teller')
  await db.query('drop role teller')
  await db.drop()
})

const work = () => db.query('select * from orders where customer = $1', [42])
async function pgtend(args: readonly string[], given: Parameters<typeof testIo>[0] = {}) {
  const { io, out, err } = testIo(given)
  return { code: await run(args, io), out: out(), err: err() }
}
const fits = (text: string): void => {
  // DDL is never broken.
  for (const line of text.split('\n'))
    if (!/^\s*(CREATE|DROP|Undo|GRANT|ANALYZE)/.test(line)) expect(cells(line)).toBeLessThanOrEqual(80)
}

describe('pgtend optimize', () => {
  test('advises the index with its DDL, gain, size, writes and confidence; exits with 1', async () => {
    const timer = setInterval(() => void work(), 100)
    const found = await pgtend(['optimize', db.url, '--seconds', '2', '--budget', '50MB']).finally(() =>
      clearInterval(timer),
    )
    expect(found, found.out).toMatchObject({ code: 1 })
    for (const part of [
      '1. orders (customer)',
      'CREATE INDEX CONCURRENTLY orders_customer_idx ON public.orders USING btree (customer);',
      /Saves \d[\d.]* % of the time/,
      /Writes: /,
      /Confidence (high|medium|low): /,
      /cost [\d,.]+ → [\d,.]+, [\d,.]+ times less: select \* from orders where customer = \$1/,
      'Undo: DROP INDEX CONCURRENTLY',
    ])
      expect(found.out).toMatch(part)
    fits(found.out)
    expect(found.err).toContain('Private planner: built in')
  })

  test('says that there is nothing to advise, and exits with 0', async () => {
    const found = await pgtend(['optimize', db.url, '--seconds', '1', '--json'])
    expect(found.code).toBe(0)
    expect(JSON.parse(found.out)).toMatchObject({ advice: { indexes: [], drops: [] } })
  })

  test('says how many statements were planned without a value that they hang on', async () => {
    const timer = setInterval(
      () => void db.query('select count(*) from orders where customer + 1 = $1', [42]),
      100,
    )
    const found = await pgtend(['optimize', db.url, '--seconds', '2']).finally(() => clearInterval(timer))
    expect(found.out.replaceAll(/\s+/g, ' ')).toContain(
      '1 statement planned generically: for any values, since none are known.',
    )
    fits(found.out)
  })

  test.each([
    [['--budget', 'much'], 2],
    [['--max-indexes', '0'], 2],
    [['--seconds', 'x'], 2],
  ])('%j is misuse', async (args, code) => {
    expect((await pgtend(['optimize', db.url, ...args])).code).toBe(code)
  })

  test('what can not be reached is exit code 3, and Ctrl-C ends it', async () => {
    expect((await pgtend(['optimize', 'postgres://x@127.0.0.1:1/x', '--seconds', '1'])).code).toBe(3)
    const { io, stop } = testIo()
    const running = run(['optimize', db.url, '--seconds', '600'], io)
    setTimeout(stop, 300)
    expect(await running).toBe(130)
  })
})

describe('pgtend explain', () => {
  const SQL = 'select *\nfrom orders\nwhere customer = 42'

  test('reports on a text: findings with a caret, the plan as a tree, the index', async () => {
    const { code, out } = await pgtend(['explain', db.url, SQL])
    expect(code).toBe(0)
    expect(out).toContain('      select *\n             ^')
    expect(out).toMatch(/Plan, in the private planner, without row security\n {2}Seq Scan on orders {2}cost/)
    expect(out).toContain('Filter: (customer = 42)')
    expect(out).toMatch(/Rewritten\n {2}.*cost [\d,.]+ → [\d,.]+/)
    expect(out).toContain('CREATE INDEX CONCURRENTLY orders_customer_idx')
    fits(out)
  })

  test('a value of which nothing is known: what any value would get, and that it is so', async () => {
    const { code, out } = await pgtend(['explain', db.url, 'select * from orders where customer + 1 = $1'])
    expect(code).toBe(0)
    expect(out).toMatch(/Seq Scan on orders {2}cost [\d,]{4,}/)
    expect(out).toContain('Filter: ((customer + 1) = $1)')
    expect(out).toContain('Planned for any values of its parameters')
    expect(out).not.toContain('likely')
  })

  test('by queryid, from a file, piped in: the same statement', async () => {
    await work()
    const [row] = await db.query(
      `select queryid::text as id from pg_stat_statements where query = 'select * from orders where customer = $1'
       and dbid = (select oid from pg_database where datname = current_database())`,
    )
    const file = join(temporaryFolder(), 'q.sql')
    writeFileSync(file, SQL)
    const reports = [
      await pgtend(['explain', db.url, '--query-id', String(row?.id), '--json']),
      await pgtend(['explain', '--file', file, '--json'], { env: { DATABASE_URL: db.url } }),
      await pgtend(['explain', db.url, '-', '--json'], { input: () => Promise.resolve(SQL) }),
    ].map(({ out }) => JSON.parse(out) as { fingerprint: string; plan: object; indexes: object[] })
    expect(new Set(reports.map((r) => r.fingerprint)).size).toBe(1)
    for (const report of reports)
      expect(report).toMatchObject({ plan: { by: 'shadow' }, indexes: [{ summary: 'orders (customer)' }] })
  })

  test('by queryid: as the role that ran it', async () => {
    const sql = 'select max(customer) from orders where id = $1'
    for (const step of ['set role teller', sql, 'reset role'])
      await db.query(step, step === sql ? [7] : undefined)
    const [row] = await db.query('select queryid::text as id from pg_stat_statements where query = $1', [sql])
    const { out } = await pgtend(['explain', db.url, '--query-id', String(row?.id), '--json'])
    expect(JSON.parse(out)).toMatchObject({ toplevel: true, plan: { by: 'shadow', role: 'teller' } })
  })

  test('as a role; on the server; executed there', async () => {
    expect((await pgtend(['explain', db.url, SQL, '--role', 'teller'])).out).toContain('as teller')
    const on = await pgtend(['explain', db.url, SQL, '--on-server', '--role', 'teller', '--json'])
    expect(JSON.parse(on.out)).toMatchObject({
      plan: { by: 'database', role: 'teller', explained: { analyzed: false } },
      indexes: [{ summary: 'orders (customer)' }],
    })
    expect((await pgtend(['explain', db.url, SQL, '--analyze'])).out).toMatch(/really 10 in [\d.<]+/)
    const refused = await pgtend(['explain', db.url, 'delete from orders', '--analyze'])
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('it is a DELETE') })
    expect(await db.query('select count(*)::int as n from orders')).toEqual([{ n: 50_000 }])
  })

  test.each([
    ['a break-out', `select '\\'; commit; drop table orders; --`, 'line 1, column 13'],
    ['several', "select ';';\nselect 2", 'line 2, column 1'],
    ['a DO block', 'do $$ begin delete from orders; end $$', 'DO'],
    ['a syntax error', 'select\n  from where', 'line 2'],
    ['a megabyte', `select '${'x'.repeat(2 ** 20)}'`, '524288 are the most'],
    ['nothing', ' ', 'no statement'],
  ])('%s is refused with the place, exit code 2', async (_, sql, place) => {
    const { code, err, out } = await pgtend(['explain', db.url, sql])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(place)
    expect(err.length).toBeLessThan(2000)
    expect(await db.query('select count(*)::int as n from orders')).toEqual([{ n: 50_000 }])
  })

  test('a table that is not there leaves the text to judge, and says so', async () => {
    const { code, out } = await pgtend(['explain', db.url, 'select * from nowhere'])
    expect(code).toBe(0)
    expect(out).toMatch(/Plan: relation "nowhere" does not exist/)
  })

  test.each([
    ['neither', [], 2],
    ['two sources', ['--query-id', '1', '--file', 'x'], 2],
    ['a queryid that is none', ['--query-id', '1; drop'], 2],
    ['one that never ran', ['--query-id', '17'], 2],
    ['a file that is not there', ['--file', '/nowhere.sql'], 2],
  ])('%s', async (_, args, code) => {
    expect((await pgtend(['explain', ...(args.length > 0 ? [db.url] : []), ...args])).code).toBe(code)
  })

  test('a server out of reach is exit code 3', async () => {
    expect((await pgtend(['explain', 'postgres://x@127.0.0.1:1/x', 'select 1'])).code).toBe(3)
  })
})
