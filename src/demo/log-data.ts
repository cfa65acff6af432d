import type { Load } from './core-data.ts'
import { FIRST_NAMES, LAST_NAMES, USER_AGENTS } from './generators.ts'
import type { TableName, TableSizes } from './sizes.ts'

/** What the log rows pick from, made once the core tables are in. */
export const LOG_LISTS: readonly string[] = [
  `create table seed.entities as select row_number() over (order by id) as n, kind, id, supplier_id from (
    select 'client' as kind, id, supplier_id from clients union all
    select 'form', id, supplier_id from forms union all select 'journey', id, supplier_id from journeys) e`,
  'create table seed.supplier_templates as select supplier_id, array_agg(id order by id) as ids from email_templates group by 1',
  'analyze seed.entities, seed.supplier_templates',
]

/** The month of logs, oldest row first, to be made in any order of chunks. */
export function logLoads(sizes: TableSizes): readonly Load[] {
  const entities = sizes.clients + sizes.forms + sizes.journeys
  const load = (table: TableName, sql: (at: string) => string): Load => ({
    table,
    rows: sizes[table],
    insert: (from, to) =>
      `insert into ${table} ${sql(`seed.log_time(i, ${sizes[table]})`)
        .replaceAll('$from', `${from}::bigint`)
        .replaceAll('$to', `${to}::bigint`)}`,
  })
  return [
    load(
      'activity_logs',
      (
        at,
      ) => `select i, e.supplier_id, e.kind || '.' || seed.pick(array['viewed', 'updated', 'created', 'shared', 'deleted'], power(seed.u(i, 202), 2.5)),
        e.kind, e.id, jsonb_build_object('source', seed.pick(array['web', 'mobile', 'api'], seed.u(i, 203)), 'ms', floor(20 + 400 * power(seed.u(i, 204), 3))),
        '10.0.0.0'::inet + floor(200000 * power(seed.u(i, 205), 2))::bigint, seed.pick(${USER_AGENTS}, seed.u(i, 206)), ${at}
      from generate_series($from, $to) i join seed.entities e on e.n = 1 + floor(${entities} * power(seed.u(i, 201), 2))::bigint`,
    ),
    load(
      'api_usage_logs',
      (at) => `select i, seed.supplier(seed.u(i, 211)), seed.id('request', i),
        case when seed.u(i, 212) < 0.78 then 'GET' when seed.u(i, 212) < 0.95 then 'POST' else 'PATCH' end,
        seed.pick(array['/v1/clients', '/v1/forms', '/v1/responses', '/v1/journeys', '/v1/invoices', '/v1/templates', '/v1/me'], power(seed.u(i, 213), 1.7)),
        case when seed.u(i, 214) < 0.955 then 200 when seed.u(i, 214) < 0.97 then 201 when seed.u(i, 214) < 0.985 then 404
          when seed.u(i, 214) < 0.995 then 422 else 500 end,
        (4 - 55 * ln(1 - seed.u(i, 215)))::integer, (300 + 40000 * power(seed.u(i, 216), 4))::integer, ${at}
      from generate_series($from, $to) i`,
    ),
    load(
      'email_logs',
      (at) => `select i, c.supplier_id, t.ids[1 + floor(seed.u(i, 222) * cardinality(t.ids))::integer], c.id,
        lower(seed.pick(${FIRST_NAMES}, seed.u(i, 223)) || '.' || seed.pick(${LAST_NAMES}, seed.u(i, 224))) || '@mail.example',
        seed.pick(array['A note about your day', 'Your questionnaire', 'Invoice attached', 'Thank you!'], seed.u(i, 225)), status::email_status,
        seed.id('email', i), case when status = 'opened' then ${at} + interval '1 hour' * seed.u(i, 226) * least(1, extract(epoch from seed.base() - ${at}) / 3600) end, ${at}
      from generate_series($from, $to) i join seed.clients c on c.n = 1 + floor(${sizes.clients} * power(seed.u(i, 221), 1.5))::bigint
        left join seed.supplier_templates t on t.supplier_id = c.supplier_id,
        lateral (select case when seed.u(i, 227) < 0.41 then 'delivered' when seed.u(i, 227) < 0.96 then 'opened' when seed.u(i, 227) < 0.985 then 'sent' else 'bounced' end as status) s`,
    ),
    load(
      'error_logs',
      (
        at,
      ) => `select i, case when seed.u(i, 231) < 0.8 then seed.supplier(seed.u(i, 232)) end, (enum_range(null::log_level))[1 + floor(4 * power(seed.u(i, 233), 2))::integer],
        seed.pick(array['web', 'api', 'worker', 'mailer'], seed.u(i, 234)),
        seed.pick(array['Request timed out after 30 s', 'Validation failed: wedding_date is in the past', 'Stripe: card declined', 'SMTP 421 try again later', 'Unexpected token in answers'], power(seed.u(i, 235), 1.5)),
        case when seed.u(i, 236) < 0.6 then 'Error: request failed' || repeat(E'\\n    at handler (/app/src/routes.js:' || floor(seed.u(i, 237) * 900)::text || ')', 3 + floor(5 * seed.u(i, 238))::integer) end,
        jsonb_build_object('release', '4.' || floor(i * 12 / ${sizes.error_logs}), 'attempt', 1 + floor(3 * power(seed.u(i, 239), 3))),
        case when seed.u(i, 240) < 0.97 then seed.after(${at}, power(seed.u(i, 241), 2)) end, ${at}
      from generate_series($from, $to) i`,
    ),
  ]
}
