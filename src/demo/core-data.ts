import { CITIES, FIRST_NAMES, LAST_NAMES } from './generators.ts'
import type { TableName, TableSizes } from './sizes.ts'

export interface Load {
  readonly table: TableName
  readonly rows: number
  /** Inserts the rows numbered `from` to `to`, both included. */
  readonly insert: (from: number, to: number) => string
}

const series = (from: number, to: number) => `generate_series(${from}::bigint, ${to}::bigint) i`

/** The core tables, parents first. */
export function coreLoads(sizes: TableSizes): readonly Load[] {
  const load = (table: TableName, insert: Load['insert']): Load => ({ table, rows: sizes[table], insert })
  return [
    load(
      'suppliers',
      (from, to) => `insert into suppliers
      select seed.id('supplier', i), last || ' ' || initcap(category) || 's', lower(last) || '-' || category || '-' || i,
        category::supplier_category,
        case when u5 < 0.45 then 'free' when u5 < 0.75 then 'starter' when u5 < 0.94 then 'professional' else 'scale' end::plan_tier,
        'hello' || i || '@' || lower(last) || '-' || category || '.example', '+44 7700 ' || lpad((i * 7919 % 1000000)::text, 6, '0'),
        seed.pick(${CITIES}, seed.u(i, 3)), case when seed.u(i, 4) < 0.9 then 'GB' else 'IE' end, 'Europe/London',
        case when u5 < 0.9 then round((5 - 2.5 * power(seed.u(i, 6), 3))::numeric, 1) end,
        jsonb_build_object('branding', jsonb_build_object('colour', '#' || left(md5(i::text), 6)), 'notifications', seed.u(i, 7) < 0.8,
          'working_days', 5 + floor(seed.u(i, 8) * 3)),
        case when u5 >= 0.45 then 'cus_' || left(md5('c' || i), 14) end,
        case when seed.u(i, 9) < 0.85 then created + interval '1 day' end, created, seed.after(created, seed.u(i, 10))
      from (select i, seed.pick(${LAST_NAMES}, seed.u(i, 1)) as last, seed.u(i, 5) as u5,
          seed.pick(enum_range(null::supplier_category)::text[], power(seed.u(i, 2), 1.5)) as category,
          seed.base() - (30 + 900 * seed.u(i, 11)) * interval '1 day' as created
        from ${series(from, to)}) s`,
    ),
    load(
      'clients',
      (from, to) => `insert into clients
      select seed.id('client', i), s.id, one || ' ' || last, two || ' ' || seed.pick(${LAST_NAMES}, seed.u(i, 24)),
        lower(one || '.' || last) || i || '@mail.example', case when seed.u(i, 25) < 0.7 then '+44 7911 ' || lpad((i * 6007 % 1000000)::text, 6, '0') end,
        (enum_range(null::client_status))[1 + floor(6 * seed.u(i, 26))::integer],
        (seed.base() + (600 * seed.u(i, 27) - 200) * interval '1 day')::date, (20 + 180 * power(seed.u(i, 28), 1.5))::integer,
        round((1500 + 28000 * power(seed.u(i, 29), 2.5))::numeric, 2), seed.pick(${CITIES}, seed.u(i, 30)) || ' Hall',
        case when seed.u(i, 31) < 0.3 then array['vip'] when seed.u(i, 31) < 0.6 then array['summer', 'outdoor'] else '{}' end,
        case when seed.u(i, 32) < 0.4 then 'Met at the fair; prefers ' || seed.pick(array['email', 'phone', 'WhatsApp'], seed.u(i, 33)) end,
        at, seed.after(at, seed.u(i, 34))
      from (select i, seed.pick(${FIRST_NAMES}, seed.u(i, 21)) as one, seed.pick(${FIRST_NAMES}, seed.u(i, 22)) as two,
          seed.pick(${LAST_NAMES}, seed.u(i, 23)) as last, seed.supplier(seed.u(i, 20)) as supplier from ${series(from, to)}) c
      join suppliers s on s.id = c.supplier, lateral (select seed.after(s.created_at, seed.u(i, 35)) as at) t`,
    ),
    load(
      'forms',
      (from, to) => `insert into forms
      select seed.id('form', i), s.id, seed.pick(array['Wedding questionnaire', 'Initial enquiry', 'Menu choices', 'Music wishes', 'Final details', 'Feedback'], seed.u(i, 41)),
        case when seed.u(i, 42) < 0.7 then 'published' when seed.u(i, 42) < 0.9 then 'draft' else 'archived' end::form_status,
        1 + floor(8 * power(seed.u(i, 43), 2))::integer,
        (select jsonb_agg(jsonb_build_object('key', 'q' || n, 'type', seed.pick(array['text', 'choice', 'date', 'number'], seed.u(i * 100 + n, 44)),
          'required', seed.u(i * 100 + n, 45) < 0.5)) from generate_series(1, 4 + floor(10 * seed.u(i, 46))::integer) n),
        at, seed.after(at, seed.u(i, 47))
      from ${series(from, to)} join suppliers s on s.id = seed.supplier(seed.u(i, 40)),
        lateral (select seed.after(s.created_at, seed.u(i, 48)) as at) t`,
    ),
    load(
      'form_responses',
      (from, to) => `insert into form_responses
      select seed.id('response', i), f.id, c.ids[1 + floor(seed.u(i, 51) * cardinality(c.ids))::integer],
        jsonb_build_object('q1', seed.pick(${FIRST_NAMES}, seed.u(i, 52)), 'q2', seed.pick(array['Yes', 'No', 'Not sure yet'], seed.u(i, 53)),
          'q3', 20 + floor(150 * seed.u(i, 54)), 'q4', repeat('We would love something simple and warm. ', 1 + floor(4 * power(seed.u(i, 55), 2))::integer)),
        case when seed.u(i, 56) < 0.8 then 1 else round(seed.u(i, 57)::numeric, 3) end,
        case when seed.u(i, 58) < 0.6 then 'portal' when seed.u(i, 58) < 0.85 then 'email' when seed.u(i, 58) < 0.98 then 'embed' else 'import' end,
        at, seed.after(at, power(seed.u(i, 59), 3))
      from ${series(from, to)} join seed.forms f on f.n = 1 + floor(${sizes.forms} * power(seed.u(i, 50), 1.6))::bigint
        left join seed.supplier_clients c on c.supplier_id = f.supplier_id, lateral (select seed.after(f.created_at, seed.u(i, 60)) as at) t`,
    ),
    load(
      'journeys',
      (from, to) => `insert into journeys
      select seed.id('journey', i), c.supplier_id, c.id, seed.pick(array['Booking to big day', 'New enquiry', 'Final month', 'After the wedding'], seed.u(i, 71)), status,
        (select jsonb_agg(jsonb_build_object('step', n, 'after_days', 7 * n)) from generate_series(1, 3 + floor(6 * seed.u(i, 73))::integer) n),
        case when status <> 'draft' then at end, case when status = 'completed' then seed.after(at, seed.u(i, 74)) end, at, seed.after(at, seed.u(i, 75))
      from ${series(from, to)} join seed.clients c on c.n = 1 + floor(${sizes.clients} * seed.u(i, 70))::bigint,
        lateral (select seed.after(c.created_at, seed.u(i, 76)) as at, (case when seed.u(i, 72) < 0.15 then 'draft' when seed.u(i, 72) < 0.6 then 'active'
          when seed.u(i, 72) < 0.7 then 'paused' else 'completed' end)::journey_status as status) t`,
    ),
    load(
      'journey_events',
      (from, to) => `insert into journey_events
      select seed.id('event', i), j.id, (enum_range(null::journey_event_kind))[1 + floor(7 * power(seed.u(i, 81), 1.4))::integer],
        jsonb_build_object('step', 1 + floor(6 * seed.u(i, 82)), 'channel', seed.pick(array['email', 'sms', 'portal'], seed.u(i, 83))),
        at + interval '1 day', case when seed.u(i, 84) < 0.96 then at + interval '1 day' * (1 + seed.u(i, 85) / 24) end, at
      from ${series(from, to)} join seed.journeys j on j.n = 1 + floor(${sizes.journeys} * power(seed.u(i, 80), 1.3))::bigint,
        lateral (select seed.after(j.created_at, seed.u(i, 86)) as at) t`,
    ),
    load(
      'email_templates',
      (from, to) => `insert into email_templates
      select seed.id('template', i), s.id, initcap(replace(t.category, '_', ' ')) || ' ' || i, t.category, 'A note from ' || s.business_name,
        repeat('Dear {{partner_one}}, thank you for choosing us for your day at {{venue}}. ', 3 + floor(8 * seed.u(i, 92))::integer),
        array['partner_one', 'venue'], floor(400 * power(seed.u(i, 93), 4))::integer, at, seed.after(at, seed.u(i, 94))
      from ${series(from, to)} join suppliers s on s.id = seed.supplier(seed.u(i, 90)),
        lateral (select seed.after(s.created_at, seed.u(i, 95)) as at,
          seed.pick(array['welcome', 'follow_up', 'reminder', 'invoice', 'thank_you'], seed.u(i, 91)) as category) t`,
    ),
    load(
      'invoices',
      (from, to) => `insert into invoices
      select seed.id('invoice', i), c.supplier_id, c.id, 'INV-' || lpad(i::text, 6, '0'), status::invoice_status, 'GBP', net, round(net * 0.2, 2), net + round(net * 0.2, 2),
        jsonb_build_array(jsonb_build_object('text', 'Deposit', 'amount', round(net * 0.3, 2)), jsonb_build_object('text', 'Balance', 'amount', net - round(net * 0.3, 2))),
        at::date, at::date + 30, case when status = 'paid' then seed.after(at, seed.u(i, 103)) end, at, seed.after(at, seed.u(i, 104))
      from ${series(from, to)} join seed.clients c on c.n = 1 + floor(${sizes.clients} * seed.u(i, 100))::bigint,
        lateral (select seed.after(c.created_at, seed.u(i, 105)) as at, round((200 + 9000 * power(seed.u(i, 101), 3))::numeric, 2) as net,
          case when seed.u(i, 102) < 0.62 then 'paid' when seed.u(i, 102) < 0.8 then 'sent' when seed.u(i, 102) < 0.9 then 'overdue'
            when seed.u(i, 102) < 0.97 then 'draft' else 'void' end as status) t`,
    ),
  ]
}

/** Lists of what is there already, for children that pick a parent; each is made before the table named. */
export const PARENT_LISTS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  form_responses: [
    'create table seed.forms as select row_number() over (order by id) as n, id, supplier_id, created_at from forms',
    'create table seed.clients as select row_number() over (order by id) as n, id, supplier_id, created_at from clients',
    'create table seed.supplier_clients as select supplier_id, array_agg(id order by id) as ids from clients group by 1',
    'analyze seed.forms, seed.clients, seed.supplier_clients',
  ],
  journey_events: [
    'create table seed.journeys as select row_number() over (order by id) as n, id, supplier_id, created_at from journeys',
  ],
}
