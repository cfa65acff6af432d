import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../test/servers.ts'
import type { ErrorCode } from './core/errors.ts'
import { type ExplainOptions, explainQuery } from './explain-query.ts'
import { nodesOf } from './optimizer/plan-node.ts'
import { type Explainer, openExplainer } from './postgres/explain.ts'
import { parseUrl } from './postgres/url.ts'

const SETUP = `
create table notes (id bigserial primary key, owner text, body text, at timestamptz default now());
insert into notes (owner, body) select 'o' || i % 50, 'b' from generate_series(1, 2000) i;
create index notes_owner_idx on notes (owner);
create sequence counter;
create function bump() returns bigint language sql volatile as $$ select nextval('counter') $$;
create function plus(int, int) returns int language plpgsql volatile as $$ begin perform nextval('counter'); return $1 + $2; end $$;
create operator public.### (function = plus, leftarg = int, rightarg = int);
create view sneaky as select id, pg_try_advisory_lock(42) from notes;
create view plain_view as select id, owner, now() as seen from notes;
create type mood as enum ('sad');
alter table notes enable row level security;
create policy own on notes for select using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
create table locked (id int);
analyze;
`
const WRITER = 'pgtend_explain_writer'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  let explainer: Explainer
  const role = `${WRITER}_${process.pid}_${major}`
  beforeAll(async () => {
    db = await freshDatabase(major)
    await db.query(SETUP)
    await db.query(`create role ${role}`)
    await db.query(`grant select on notes to ${role}`)
    explainer = await openExplainer(parseUrl(db.url))
  })
  afterAll(async () => {
    await explainer.close()
    await db.query(`drop owned by ${role}`)
    await db.query(`drop role ${role}`)
    await db.drop()
  })
  const plan = (sql: string, options?: ExplainOptions) => explainQuery(explainer, sql, options)
  const refused = (
    sql: string,
    options: ExplainOptions | undefined,
    code: ErrorCode,
    detail: string | RegExp,
  ) => expect(plan(sql, options)).rejects.toMatchObject({ code, detail: expect.stringMatching(detail) })
  const scans = (p: Awaited<ReturnType<typeof plan>>) =>
    [...nodesOf(p.explained.plan)].map(({ node }) => node['Node Type'])

  test('parameters are planned generically, with values for them', async () => {
    const sql = 'select * from notes where owner = $1 and at > now() - $2::interval limit $3'
    const generic = await plan(sql)
    expect(generic).toMatchObject({
      generic: true,
      role: 'postgres',
      notes: [expect.stringContaining('any values')],
    })
    expect(JSON.stringify(generic.explained.plan)).toContain('$1')
    const valued = await plan(sql, { values: ["o'1", '1 day', '10'] })
    expect(valued).toMatchObject({ generic: false, notes: [], explained: { analyzed: false } })
    expect(JSON.stringify(valued.explained.plan)).toContain("o''1")
    expect(scans(valued).join()).toContain('Scan')
  })

  test('a generic plan has all partitions, not those that NULL would be in', async () => {
    await db.query(`create table days (id int, v int) partition by range (v);
      create table days_0 partition of days for values from (0) to (50);
      create table days_1 partition of days for values from (50) to (100)`)
    const tables = async (sql: string, options?: ExplainOptions) =>
      [...nodesOf((await plan(sql, options)).explained.plan)].flatMap(
        ({ node }) => node['Relation Name'] ?? [],
      )
    expect(await tables('select * from days where v = $1')).toEqual(['days_0', 'days_1'])
    expect(await tables('select * from days where v = $1', { values: ['7'] })).toEqual(['days_0'])
    // The session prunes as before.
    expect(await tables('select * from days where v = 70')).toEqual(['days_1'])
  })

  test('texts of pg_stat_statements with a parameter where the grammar has a literal are planned', async () => {
    for (const sql of [
      'select * from notes where at > now() - interval $1',
      'select count(*) from notes where extract($1 from at) = $2',
      'select date $1',
    ])
      expect((await plan(sql)).generic).toBe(true)
  })

  test('every kind of statement is planned, nothing is executed', async () => {
    for (const sql of [
      'insert into notes (owner) values ($1)',
      'update notes set body = $1',
      'delete from notes',
      "select nextval('counter'), bump()",
      'with gone as (delete from notes returning id) select * from gone',
      'select * from sneaky',
    ])
      expect((await plan(sql)).explained.analyzed).toBe(false)
    expect(await db.query('select is_called from counter')).toEqual([{ is_called: false }])
    expect(await db.query('select count(*)::int as n from notes')).toEqual([{ n: 2000 }])
  })

  test('ANALYZE executes what only reads', async () => {
    const counted = await plan('select count(*), random(), now() from notes where owner = $1', {
      analyze: true,
      values: ['o1'],
    })
    expect(counted.explained).toMatchObject({ analyzed: true, execution: expect.any(Number) })
    expect(
      (
        await plan(
          'select owner, lower(owner) from plain_view v join lateral (select 1 from notes n where n.id = v.id) l on true',
          { analyze: true },
        )
      ).explained.analyzed,
    ).toBe(true)
  })

  test.each([
    ['update notes set body = $1', 'an UPDATE'],
    ['with gone as (delete from notes returning id) select * from gone', 'changes notes'],
    ['select * from notes for update', 'locks rows'],
    ['select * into copy from notes', 'makes a table'],
    ['select * from (select id from notes for share) s', 'locks rows'],
    ["select nextval('counter')", 'nextval is volatile'],
    ['select id from notes order by bump()', 'bump is volatile'],
    ['select 1 ### 2', 'operator ### is volatile'],
    ['select * from sneaky', 'pg_try_advisory_lock is volatile'],
    ['select pg_terminate_backend(pg_backend_pid())', 'pg_terminate_backend is volatile'],
    ["select set_config('role', 'none', true)", 'set_config is volatile'],
    ["select pg_notify('x', 'y')", 'pg_notify is volatile'],
    ['select * from notes tablesample system (bump())', 'bump is volatile'],
    ['select 1 where exists (select from generate_series(1, 2), bump())', 'bump is volatile'],
    ['select 1 limit bump()', 'bump is volatile'],
  ])('ANALYZE of %s is refused', async (sql, why) => {
    await refused(sql, { analyze: true, values: sql.includes('$1') ? ['x'] : [] }, 'not-read-only', why)
  })

  test('afterwards no sequence has moved, no row is dead, no lock and no prepared statement is left', async () => {
    expect(await db.query('select is_called from counter')).toEqual([{ is_called: false }])
    await db.query('select pg_stat_force_next_flush()').catch(() => undefined)
    expect(
      await db.query(
        "select n_dead_tup::int as dead, n_tup_upd::int as upd from pg_stat_user_tables where relname = 'notes'",
      ),
    ).toEqual([{ dead: 0, upd: 0 }])
    expect(
      await db.query("select count(*)::int as n from pg_locks where locktype = 'advisory' and objid = 42"),
    ).toEqual([{ n: 0 }])
    const [left] = await db.query(
      "select count(*)::int as n from pg_stat_activity where application_name = 'pgtend explain' and state <> 'idle' and datname = current_database()",
    )
    expect(left).toEqual({ n: 0 })
    const found = await plan("select name from pg_prepared_statements where name like 'pgtend%'", {
      analyze: true,
    })
    expect(found.explained.plan['Actual Rows']).toBe(0)
  })

  test.each<[string, ErrorCode, string]>([
    [`'\\'; commit; drop table notes`, 'bad-sql', 'line 1'],
    [
      `select * from notes where body = '\\'; commit; drop table notes; --'`,
      'several-statements',
      'TRANSACTION',
    ],
    ['select 1; drop table notes', 'several-statements', 'DROP'],
    ['drop table notes', 'not-plannable', 'DROP'],
    ['select * from nowhere', 'cannot-explain', 'nowhere.* \\(42P01\\)'],
    ["select '[1]'::vector", 'cannot-explain', 'vector.* \\(42704\\)'],
    ['select id <-> $1 from notes', 'cannot-explain', '42883|42P18'],
    ['select $1', 'cannot-explain', '42P18|could not|^$'],
    ["select * from notes where id = 'abc'", 'cannot-explain', '22P02'],
    ['select body from notes where', 'truncated-sql', 'line 1'],
  ])('%s is refused with what and where', async (sql, code, detail) => {
    // PostgreSQL takes a lone $1 for text.
    if (sql === 'select $1') expect((await plan(sql)).generic).toBe(true)
    else await refused(sql, undefined, code, detail)
    expect(await db.query('select count(*)::int as n from notes')).toEqual([{ n: 2000 }])
  })

  test('values are values, and wrong ones are refused', async () => {
    const broken = `'; drop table notes; --\\`
    const found = await plan('select * from notes where owner = $1', { values: [broken], analyze: true })
    expect(found.explained.plan['Actual Rows']).toBe(0)
    await refused('select * from notes where id = $1', { values: ['abc'] }, 'cannot-explain', '22P02')
    await refused(
      'select * from notes where id = $1',
      { values: [] },
      'cannot-explain',
      '1 parameters and 0 values',
    )
    await refused('select * from notes where id = $1', { analyze: true }, 'cannot-explain', 'value for each')
    await refused(
      'select 1',
      { settings: { transaction_read_only: 'off' } },
      'cannot-explain',
      'transaction_read_only',
    )
  })

  test('a policy shows in the plan of the role that it binds, and not in the owner’s', async () => {
    const sql = 'select * from notes where id = $1'
    const conditions = async (options?: ExplainOptions) =>
      JSON.stringify((await plan(sql, options)).explained.plan)
    expect(await conditions()).not.toContain('jwt')
    expect(await conditions({ role })).toContain('request.jwt.claims')
    const counted = await plan('select * from notes', { role, claims: { sub: 'o1' }, analyze: true })
    expect(counted).toMatchObject({ role, explained: { plan: { 'Actual Rows': 40 } } })
    // The role and the claims end with the transaction.
    expect((await plan('select * from notes', { analyze: true })).explained.plan['Actual Rows']).toBe(2000)
  })

  test('it is planned under the settings that the role has at login', async () => {
    const sql = 'select owner from notes where owner = $1'
    expect(scans(await plan(sql, { role }))).not.toContain('Seq Scan')
    await db.query(`alter role ${role} set enable_indexonlyscan = off`)
    await db.query(`alter role ${role} set enable_indexscan = off`)
    await db.query(`alter role ${role} in database ${db.name} set enable_bitmapscan = off`)
    await db.query(`alter role ${role} set statement_timeout = '1ms'`)
    expect(scans(await plan(sql, { role }))).toContain('Seq Scan')
    const given = { enable_bitmapscan: 'on' }
    expect(scans(await plan(sql, { role, settings: given }))).toContain('Bitmap Heap Scan')
    await db.query(`alter role ${role} reset all`)
    await db.query(`alter role ${role} in database ${db.name} reset all`)
  })

  test('a role that it may not become is said, and settings are kept', async () => {
    const blind = await openExplainer(parseUrl(db.blindUrl))
    const found = await explainQuery(blind, 'select 1', { role: 'postgres' })
    await blind.close()
    expect(found).toMatchObject({
      role: 'pgtend_blind',
      notes: [expect.stringMatching(/not as postgres: permission denied/)],
    })
    const off = await plan('select * from notes where owner = $1', {
      settings: { enable_bitmapscan: 'off', enable_indexscan: 'off', search_path: 'public' },
    })
    expect(scans(off)).toContain('Seq Scan')
    await refused('select * from notes', { settings: { search_path: 'nowhere' } }, 'cannot-explain', '42P01')
  })

  test('it waits for no lock, and for no slow statement', async () => {
    const holder = await db.client()
    await holder.query('begin; lock table locked in access exclusive mode')
    await refused('select * from locked', undefined, 'cannot-explain', 'holds a lock')
    await holder.query('rollback')
    await refused(
      'select count(*) from generate_series(1, 1000000000)',
      { analyze: true, timeout: 200 },
      'cannot-explain',
      'time limit',
    )
    expect((await plan('select 1')).explained.plan['Node Type']).toBe('Result')
  })
})
