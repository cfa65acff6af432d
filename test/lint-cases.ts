import { tableFacts } from './table-facts.ts'

const users = tableFacts('users', [
  'id bigint pk',
  'email text not null unique',
  'active boolean',
  'created_at timestamp with time zone',
  'data jsonb',
])
const orders = tableFacts('orders', [
  'id bigint pk',
  'user_id bigint not null',
  'status text',
  'placed_at timestamp with time zone',
  'coupon_id bigint',
])
const lowered = tableFacts('people', ['id bigint pk', 'email character varying(40)'], {
  indexes: [
    {
      ...(users.indexes[0] as (typeof users.indexes)[number]),
      keys: [{ expression: 'lower((email)::text)', descending: false, nullsFirst: false }],
    },
  ],
})
const settings = tableFacts('settings', ['key text pk', 'value text'], { rows: 20 })
/** The schema that the cases are about. */
export const tables = [users, orders, lowered, settings]

const list = Array.from({ length: 100 }, (_, i) => i).join(', ')

/** Statements that each rule must find at the marked place (¶), and such that it must not. */
export const CASES: Readonly<Record<string, { yes: readonly string[]; no: readonly string[] }>> = {
  'select-star': {
    yes: [
      'select ¶* from users',
      'select id, ¶u.* from users u',
      'select ¶* from users union all select ¶* from users',
      'with x as (select id from users) select ¶* from x, users where x.id = users.id',
    ],
    no: [
      'select count(*) from users where active',
      'select id from (select * from users) s',
      'select id from users where exists (select * from orders where user_id = users.id)',
      'select * from (select id from users) s',
      'delete from users where id = 1 returning *',
    ],
  },
  'cartesian-product': {
    yes: [
      'select 1 from users u, ¶orders o where o.status = $1',
      'select 1 from users cross join ¶orders',
      'select 1 from users u join ¶orders o on true',
      'select 1 from users u join orders o on o.user_id = u.id, ¶people p',
      'select 1 from users u where exists (select 1 from orders o, ¶people p where o.user_id = u.id)',
      'update users set active = true from ¶orders o where users.active',
      'select 1 from users u, (select ¶user_id from orders) s',
    ],
    no: [
      'select 1 from users u, orders o where o.user_id = u.id',
      'select 1 from users u, orders o where u.id = $1 and o.user_id = $1',
      "select 1 from users u, orders o where u.email = $1 and o.status = 'open'",
      'select 1 from users natural join orders',
      'select 1 from users join orders using (id)',
      'select 1 from users u, orders o, people p where o.user_id = u.id and p.id = o.user_id',
      'select 1 from users u, lateral (select 1 from orders o where o.user_id = u.id limit 3) l',
      'select 1 from users u cross join (select max(placed_at) as last from orders) m',
      "select 1 from users u, settings s where s.key = 'x'",
      'select 1 from users u cross join generate_series(1, 3)',
      "select 1 from users u cross join (values ('a'), ('b')) v (k)",
      'select 1 from users u, jsonb_array_elements(u.data) e',
      'select 1 from users u join orders o on o.placed_at > u.created_at',
      'select 1 from users u, orders o where o.user_id = u.id + 1 or o.status = u.email',
      'with one as (select max(id) as m from users) select 1 from orders, one',
      'select 1 from users u where exists (select 1 from orders o, people p where o.user_id = u.id and p.id = u.id)',
      'delete from orders o using users u where u.id = o.user_id',
    ],
  },
  'leading-wildcard-like': {
    yes: [
      "select id from users where ¶email like '%@x.de'",
      "select id from users where ¶email ilike '%' || $1 || '%'",
      "select id from users where active or ¶email ~ 'x$'",
    ],
    no: [
      "select id from users where email like 'a%'",
      'select id from users where email like $1',
      "select id from users where email not like '%x'",
      "select id from users where email ~ '^a'",
    ],
  },
  'function-on-column': {
    yes: [
      'select id from users where ¶lower(email) = $1',
      'select id from users where ¶date(created_at) = $1',
      "select id from users where ¶date_trunc('day', created_at) >= now()",
      'select id from users where ¶extract(year from created_at) = 2024',
      'select 1 from users u join orders o on o.user_id = u.id and ¶upper(o.status) = $1',
      'select id from users where ¶coalesce(active, false) = true',
    ],
    no: [
      'select id from people where lower(email) = $1',
      'select id from users where email = lower($1)',
      "select id from users where created_at >= date_trunc('day', now())",
      'select lower(email) from users where id = 1',
      'select status, count(*) from orders group by 1 having count(id) > 3',
    ],
  },
  'cast-on-column': {
    yes: [
      'select id from users where ¶id::text = $1',
      'select id from users where ¶created_at::date = $1',
      'select id from users where ¶cast(created_at as date) between $1 and $2',
    ],
    no: [
      'select id from users where id = $1::bigint',
      'select id from users where id::int8 = $1',
      'select id::text from users where id = 1',
      'select id from people where email::text = $1',
    ],
  },
  'arithmetic-on-column': {
    yes: [
      "select id from users where ¶created_at + interval '1 day' > now()",
      'select id from users where ¶id * 2 = $1',
    ],
    no: [
      "select id from users where created_at > now() - interval '1 day'",
      'select id + 1 from users where id = 3',
      "select id from users where data ->> 'k' = $1",
    ],
  },
  'not-in-subquery': {
    yes: [
      'select id from users where ¶id not in (select user_id from orders)',
      'select id from users where not ¶id in (select user_id from orders)',
      'select id from users where ¶id <> all (select user_id from orders)',
    ],
    no: [
      'select id from users where id in (select user_id from orders)',
      'select id from users where id not in (1, 2)',
      'select id from users where not exists (select 1 from orders where user_id = users.id)',
    ],
  },
  'deep-offset': {
    yes: [
      'select id from users order by id limit 10 offset ¶5000',
      'select id from users order by id limit 10 offset ¶$1',
    ],
    no: ['select id from users order by id limit 10 offset 20', 'select id from users order by id limit 10'],
  },
  'order-by-random': {
    yes: ['select id from users order by ¶random() limit 3'],
    no: ['select random() from users where id = 1', 'select id from users order by id limit 3'],
  },
  'write-without-where': {
    yes: [
      'delete from ¶users',
      'update ¶users set active = false',
      'delete from ¶users where true',
      'with gone as (delete from ¶orders returning id) select id from gone',
    ],
    no: [
      'delete from users where id = 1',
      'update users set active = true from orders o where o.user_id = users.id',
      "insert into settings (key) values ('a')",
      'update users u set active = true from orders o join people p using (id) where o.user_id = u.id',
    ],
  },
  'huge-in-list': {
    yes: [
      `select id from users where ¶id in (${list})`,
      `select id from users where ¶id = any (array[${list}])`,
    ],
    no: ['select id from users where id in (1, 2, 3)', 'select id from users where id = any ($1)'],
  },
  'or-across-columns': {
    yes: [
      'select id from users where ¶email = $1 or id = $2',
      'select 1 from users u join orders o on o.user_id = u.id where ¶u.email = $1 or o.status = $1',
    ],
    no: [
      'select id from users where id = 1 or id = 2',
      'select id from users where (id = 1 and active) or (id = 2 and email = $1)',
      'select id from users where $1 is null or id = $1',
      'select id from users where email = $1 and id = $2',
    ],
  },
  'optional-filter': {
    yes: [
      'select id from orders where (¶$1::bigint is null or user_id = $1)',
      'select id from orders where (¶user_id = $2 or $2 is null) and status = $1',
    ],
    no: [
      'select id from orders where user_id = $1',
      'select id from orders where user_id is null or user_id = $1',
      'select id from orders where status = $1 or user_id = $2',
    ],
  },
  'distinct-hides-join': {
    yes: [
      'select distinct ¶u.id from users u join orders o on o.user_id = u.id',
      'select distinct ¶u.id, u.email from users u, orders o where o.user_id = u.id and o.status = $1',
    ],
    no: [
      'select u.id from users u join orders o on o.user_id = u.id',
      'select distinct u.id, o.status from users u join orders o on o.user_id = u.id',
      'select distinct o.status from orders o join users u on u.id = o.user_id',
      'select distinct status from orders',
    ],
  },
  'count-star-whole-table': {
    yes: [
      'select ¶count(*) from users',
      'select ¶count(*) as n from public.users',
      'select 1 from users where id < (select ¶count(*) from orders)',
    ],
    no: [
      'select count(*) from users where active',
      'select active, count(*) from users group by 1',
      'select count(*) from settings',
      'select count(distinct email) from users',
      'select count(*) from (select 1 from users limit 10) s',
      'select count(*) filter (where active) from users',
    ],
  },
  'correlated-subquery-in-select': {
    yes: [
      'select u.id, ¶(select count(*) from orders o where o.user_id = u.id) from users u',
      'select u.id, ¶exists (select from orders o where o.user_id = u.id) from users u where active',
    ],
    no: [
      'select u.id, (select max(id) from orders) from users u',
      'select u.id from users u where exists (select from orders o where o.user_id = u.id)',
      'select u.id, (select count(*) from orders o where o.user_id = u.id) from users u order by id limit 1',
    ],
  },
  'exists-by-count': {
    yes: [
      'select id from users u where ¶(select count(*) from orders o where o.user_id = u.id) > 0',
      'select id from users u where ¶0 = (select count(*) from orders o where o.user_id = u.id)',
    ],
    no: [
      'select id from users u where (select count(*) from orders o where o.user_id = u.id) > 3',
      'select id from users u where (select count(coupon_id) from orders o where o.user_id = u.id) > 0',
      'select id from users u where (select count(*) from orders o where o.user_id = u.id group by o.status limit 1) > 0',
    ],
  },
  'limit-without-order': {
    yes: ['select id from users limit ¶50', 'select id from users where active limit ¶$1'],
    no: [
      'select id from users order by id limit 50',
      'select 1 from users where active limit 1',
      'select count(*) from users where active limit 10',
      'select 1 from generate_series(1, 9) limit 3',
    ],
  },
  'null-comparison': {
    yes: [
      'select id from users where ¶email = null',
      'select id from users where ¶email <> null',
      'select id from users where ¶id not in (1, null)',
    ],
    no: [
      'select id from users where email is null',
      'select id from users where id in (1, null)',
      'update users set email = null where id = 1',
      'select id from users where email is not distinct from null',
    ],
  },
  'type-mismatch': {
    yes: [
      'select id from users where ¶id = 1.0',
      'select id from users where ¶id = $1::numeric',
      'select id from users where ¶id in (1, 2.5)',
    ],
    no: [
      'select id from users where id = 1',
      "select id from users where id = '1'",
      'select id from users where id = $1',
      'select avg(id) from users where id = 7 having avg(id) > 1.5',
    ],
  },
}
