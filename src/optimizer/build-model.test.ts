import { beforeAll, describe, expect, test } from 'vitest'
import { tableFacts } from '../../test/table-facts.ts'
import { buildModel } from './build-model.ts'
import type { ColumnUse, Operand, Predicate, Scope } from './model.ts'
import { loadParser, parseStatement } from './parse.ts'
import { underlying } from './resolve.ts'

beforeAll(loadParser)

const tables = [
  tableFacts('users', [
    'id bigint pk',
    'email text not null',
    'active boolean',
    'created_at timestamp with time zone',
    'tags text[]',
    'data jsonb',
  ]),
  tableFacts('orders', [
    'id bigint pk',
    'user_id bigint not null',
    'total numeric',
    'status text',
    'placed_at date',
  ]),
]
const model = (sql: string, known = true) => buildModel(parseStatement(sql), known ? { tables } : {})
const name = (c: ColumnUse | undefined): string => (c ? `${c.table?.alias ?? '?'}.${c.name}` : '-')
const operand = (o: Operand | undefined): string => {
  if (!o) return ''
  if (o.kind === 'parameter') return ` $${o.number}${o.cast ? `::${o.cast}` : ''}`
  if (o.kind === 'constant') return ` ${o.value}${o.cast ? `::${o.cast}` : ''}`
  if (o.kind === 'column') return ` ${name(o.column)}`
  if (o.kind === 'list') return ` (${o.items.map(operand).join('').trim()})`
  return ` ${o.kind}`
}
const show = (p: Predicate): string =>
  p.kind === 'or'
    ? `or[${p.arms.map((arm) => arm.map(show).join(' & ')).join(' | ')}]`
    : `${p.negated ? 'not ' : ''}${p.kind}:${p.subject?.expression ? `${p.subject.expression.kind} ${p.subject.expression.name}(${name(p.subject.column)})` : name(p.subject?.column)} ${p.operator}${operand(p.operand)}${operand(p.upper)}${p.pattern ? ` ${p.pattern}` : ''}`
const predicates = (scope: Scope): string[] => scope.predicates.map(show)

describe('a condition is told by its kind', () => {
  test.each([
    ['id = $1', 'equality:users.id = $1'],
    ['$1::bigint < id', 'range:users.id > $1::int8'],
    ['id between 1 and $2', 'range:users.id between 1 $2'],
    ['id not between 1 and 2', 'not range:users.id between 1 2'],
    ['id in (1, -2, $1)', 'in:users.id in (1 -2 $1)'],
    ['id not in (1)', 'not in:users.id in (1)'],
    ['id = any($1::bigint[])', 'in:users.id in $1::int8[]'],
    ['id <> all (array[1, 2])', 'not in:users.id in (1 2)'],
    ["email like 'a%'", 'like:users.email like a% prefix'],
    ["email ilike '%a'", 'like:users.email ilike %a leading-wildcard'],
    ["email not like '_a'", 'not like:users.email like _a leading-wildcard'],
    ['email like $1', 'like:users.email like $1 unknown'],
    ["email like $1 || '%'", 'like:users.email like expression unknown'],
    ["email like '%' || $1", 'like:users.email like expression leading-wildcard'],
    ["email ~ '^ab'", 'like:users.email ~ ^ab prefix'],
    ['active', 'boolean:users.active is true'],
    ['not active', 'not boolean:users.active is true'],
    ['active is not false', 'not boolean:users.active is false'],
    ['email is null', 'null:users.email is null'],
    ['not email is not null', 'null:users.email is null'],
    ['data @> \'{"a": 1}\'', 'json:users.data @> {"a": 1}'],
    ['data ? $1', 'json:users.data ? $1'],
    ["data ->> 'k' = $1", 'equality:operator ->>(users.data) = $1'],
    ['tags && $1', 'array:users.tags && $1'],
    ["tags @> '{a}'", 'array:users.tags @> {a}'],
    ['$1 = any(tags)', 'array:users.tags = any $1'],
    ['lower(email) = lower($1)', 'equality:function lower(users.email) = expression'],
    ['created_at::date = $1', 'equality:cast date(users.created_at) = $1'],
    ['date_trunc($1, created_at) >= now()', 'range:function date_trunc(users.created_at) >= expression'],
    ["created_at > now() - interval '1 day'", 'range:users.created_at > expression'],
    ['id is distinct from 3', 'not-equal:users.id is distinct from 3'],
    ['(created_at, id) < ($1, $2)', 'range:users.created_at row < expression'],
    ['1 = 1', 'constant:- ='],
    [
      'id = 1 or email = $1 and active',
      'or[equality:users.id = 1 | equality:users.email = $1 & boolean:users.active is true]',
    ],
    ['not (id = 1 or active)', 'not equality:users.id = 1,not boolean:users.active is true'],
    ['not (id = 1 and active)', 'or[not equality:users.id = 1 | not boolean:users.active is true]'],
    ['id in (select user_id from orders)', 'in-subquery:users.id in subquery'],
    ['id not in (select user_id from orders)', 'not in-subquery:users.id in subquery'],
    ['not exists (select 1)', 'not exists:- exists subquery'],
    ['total > id', 'range:users.total > users.id'],
  ])('%s', (condition, expected) => {
    expect(predicates(model(`select id from users where ${condition}`).root).join(',')).toBe(expected)
  })
})

test('columns without their tables’ names are assigned by the schema, and to an only table without it', () => {
  const sql = 'select email, total from users u join orders o on o.user_id = u.id where status = $1'
  expect(model(sql).root.outputs.map((o) => name(o.column))).toEqual(['u.email', 'o.total'])
  expect(model(sql, false).root.outputs.map((o) => name(o.column))).toEqual(['?.email', '?.total'])
  expect(predicates(model('select a from x where b = 1', false).root)).toEqual(['equality:x.b = 1'])
})

describe('joins', () => {
  test.each([
    ['users u join orders o on u.id = o.user_id', ['on inner u.id = o.user_id']],
    ['users u left join orders o on u.id = o.user_id and o.total > 3', ['on left u.id = o.user_id']],
    ['users u, orders o where o.user_id = u.id', ['where undefined o.user_id = u.id']],
    ['users u join orders o using (id)', ['using inner u.id = o.id']],
    ['users natural join orders', ['natural inner users.id = orders.id']],
    ['users u, lateral (select * from orders o where o.user_id = u.id limit 1) l', []],
    ['users u cross join orders o', []],
  ])('%s', (from, expected) => {
    const { joins } = model(`select 1 from ${from}`).root
    expect(joins.map((j) => `${j.clause} ${j.join} ${name(j.left)} ${j.operator} ${name(j.right)}`)).toEqual(
      expected,
    )
  })

  test('which side may be NULL', () => {
    const sides = model(
      'select 1 from users a left join orders b on true right join users c on true full join orders d on true',
    )
    expect(sides.root.tables.map((t) => [t.alias, t.nullable])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
      ['d', true],
    ])
    expect(
      model('select 1 from users a left join orders b on true').root.tables.map((t) => t.nullable),
    ).toEqual([false, true])
  })

  test('a LATERAL subquery and a function know what they use of their neighbours', () => {
    const { root } = model(
      'select 1 from users u, lateral (select 1 from orders o where o.user_id = u.id) l, unnest(u.tags) as t (tag), generate_series(1, 3) g',
    )
    expect(root.tables.map((t) => [t.alias, t.kind, t.lateral, t.references.map(name)])).toEqual([
      ['u', 'table', false, []],
      ['l', 'subquery', true, ['u.id']],
      ['t', 'function', true, ['u.tags']],
      ['g', 'function', false, []],
    ])
  })
})

describe('scopes', () => {
  test('a correlated subquery names its outer columns, a CTE and a subquery pass columns on', () => {
    const { scopes, root } = model(`with big (uid, sum) as (select user_id, total from orders)
      select b.uid, (select max(placed_at) from orders o where o.user_id = s.id)
      from big b join (select id, email as mail from users) s on s.id = b.uid where s.mail = $1`)
    expect(scopes.map((s) => [s.kind, s.name, s.parent?.kind, s.outerColumns.map(name)])).toEqual([
      ['statement', undefined, undefined, []],
      ['cte', 'big', 'statement', []],
      ['from', 's', 'statement', []],
      ['sublink', undefined, 'statement', ['s.id']],
    ])
    const [mail] = root.predicates.filter((p) => p.clause === 'where')
    expect(name(mail && underlying((mail.subject as { column: ColumnUse }).column))).toBe('users.email')
    expect(name(root.outputs[0]?.column && underlying(root.outputs[0].column))).toBe('orders.user_id')
    expect(scopes[3]?.sublink).toMatchObject({ type: 'scalar', clause: 'select', negated: false })
    expect(scopes[3]?.joins.map((j) => [name(j.left), name(j.right)])).toEqual([['o.user_id', 's.id']])
  })

  test('a plain subquery in FROM does not see its neighbours', () => {
    const inner = model('select 1 from users u, (select 1 from orders where total = email) s').scopes[1]
    expect(inner?.outerColumns).toEqual([])
  })

  test('set operations have equal arms, recursion ends', () => {
    const { root, scopes } =
      model(`with recursive t as (select id, 1 as n from users union all select u.id, n + 1 from users u join t on t.id = u.id)
      select id from t union select id from orders union select 3 order by id limit $1`)
    expect(root.setOperation).toMatchObject({ operator: 'union', all: false })
    expect(root.setOperation?.arms).toHaveLength(3)
    expect(root.orderBy).toHaveLength(1)
    expect(scopes.find((s) => s.kind === 'cte')?.setOperation?.all).toBe(true)
  })

  test('order, groups, DISTINCT ON and limits', () => {
    const { root } =
      model(`select distinct on (u.email) u.email e, count(*) c, row_number() over (partition by u.id)
      from users u group by 1, u.id having count(*) > 1 order by e desc nulls last, 2, u.id limit 10 offset $1 for update`)
    expect(root.orderBy.map((o) => [name(o.column), o.descending, o.nullsFirst])).toEqual([
      ['u.email', true, false],
      ['-', false, false],
      ['u.id', false, false],
    ])
    expect(root.groupBy.map((g) => name(g.column))).toEqual(['u.email', 'u.id'])
    expect(root).toMatchObject({
      distinct: 'on',
      locking: true,
      hasAggregates: true,
      hasWindows: true,
      limit: { value: 10 },
      offset: { parameter: 1 },
    })
  })
})

test('each parameter says what it is for', () => {
  const of = (sql: string) =>
    model(sql).parameters.map((p) => [p.number, p.context, name(p.column), p.cast ?? null])
  expect(of('select $3::int from users where id = $1 and email in ($4, $5) limit $2')).toEqual([
    [3, 'other', '-', 'int4'],
    [1, 'compared', 'users.id', null],
    [4, 'compared', 'users.email', null],
    [5, 'compared', 'users.email', null],
    [2, 'limit', '-', null],
  ])
  expect(of('update users set email = $1, data = $2::jsonb where id = $3 returning *')).toEqual([
    [1, 'assigned', 'users.email', null],
    [2, 'assigned', 'users.data', 'jsonb'],
    [3, 'compared', 'users.id', null],
  ])
  expect(
    of('insert into users (id, email) values ($1, $2) on conflict (id) do update set email = excluded.email'),
  ).toEqual([
    [1, 'assigned', 'users.id', null],
    [2, 'assigned', 'users.email', null],
  ])
})

test('writes are taken down with their columns, in WITH queries too', () => {
  const of = (sql: string) => model(sql).writes.map((w) => [w.kind, w.table.name, w.columns])
  expect(of('update users u set email = 1, tags[1] = 2 from orders o where o.id = u.id')).toEqual([
    ['update', 'users', ['email', 'tags']],
  ])
  expect(
    of('with gone as (delete from users returning *) insert into orders (id) select id from gone'),
  ).toEqual([
    ['delete', 'users', []],
    ['insert', 'orders', ['id']],
  ])
  expect(
    of(
      'merge into users u using orders o on u.id = o.user_id when matched then update set email = o.status when not matched then insert (id) values (o.id)',
    ),
  ).toEqual([['merge', 'users', ['email', 'id']]])
  expect(of('select 1 from users')).toEqual([])
})

test('function calls carry their place and columns', () => {
  const { calls } = model(
    'select count(*), auth.uid(), lower(email) from users where created_at > now() and sum(id) over () > 0',
  )
  expect(calls.map((c) => [c.name, c.clause, c.windowed, c.columns.map(name)])).toEqual([
    ['count', 'select', false, []],
    ['auth.uid', 'select', false, []],
    ['lower', 'select', false, ['users.email']],
    ['now', 'where', false, []],
    ['sum', 'where', true, ['users.id']],
  ])
})
