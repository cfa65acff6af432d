/** Statements, reports and index advice as the stand-in's targets have them. */
import { MIB, NOW } from './measures.ts'

const GUESTS = `select g.*, count(r.id) as answers
from guests g left join form_responses r on r.guest_id = g.id
where lower(g.email) = lower($1) and g.wedding_id = $2
group by g.id
order by g.name`
const NONE = { critical: 0, warning: 0, info: 0 }

const summary = (id: string, text: string | null, total: number, calls: number, more: object = {}) => ({
  ...{
    id,
    queryId: id.split('.')[0],
    text,
    user: 'app',
    database: 'wedsync',
    toplevel: true,
    calls,
    callsRate: calls / 60,
  },
  ...{ mean: total / calls, total, share: total / 20, rowsPerCall: 4, slow: total / calls > 0.1, lint: NONE },
  ...more,
})

export const STATEMENTS = [
  summary('471.10.5.1', GUESTS, 11.4, 92, { lint: { critical: 0, warning: 1, info: 1 } }),
  summary('472.10.5.1', 'update invoices set status = $1 where id = $2', 4.1, 4_120),
  summary('473.10.5.1', 'delete from email_logs', 2.2, 2, {
    lint: { critical: 1, warning: 0, info: 0 },
    user: 'worker',
  }),
  summary('474.10.5.0', 'select * from "x"; DROP <b>table</b>', 0.9, 640, {
    lint: { ...NONE, info: 1 },
    toplevel: false,
  }),
  summary('475.10.5.1', null, 0.2, 12, { user: null }),
]

const scan = (table: string, rows: number, cost: number, more: object = {}) => ({
  ...{
    'Node Type': 'Seq Scan',
    'Relation Name': table,
    Alias: table.charAt(0),
    'Parent Relationship': 'Outer',
  },
  ...{ 'Startup Cost': 0, 'Total Cost': cost, 'Plan Rows': rows, 'Plan Width': 120 },
  ...more,
})

const BEFORE = {
  ...{ 'Node Type': 'Aggregate', Strategy: 'Sorted', 'Startup Cost': 4_820, 'Total Cost': 4_861.2 },
  ...{ 'Plan Rows': 14, 'Plan Width': 128, 'Group Key': ['g.id'] },
  Plans: [
    {
      ...{ 'Node Type': 'Hash Join', 'Join Type': 'Left', 'Parent Relationship': 'Outer', 'Plan Width': 128 },
      ...{
        'Startup Cost': 1_210,
        'Total Cost': 4_818.4,
        'Plan Rows': 56,
        'Hash Cond': '(g.id = r.guest_id)',
      },
      Plans: [
        scan('guests', 14, 1_204, {
          Filter: "((lower(g.email) = lower('a@b.c'::text)) AND (g.wedding_id = $2))",
        }),
        {
          ...{
            'Node Type': 'Hash',
            'Parent Relationship': 'Inner',
            'Startup Cost': 3_100,
            'Total Cost': 3_100,
          },
          ...{ 'Plan Rows': 120_000, 'Plan Width': 16 },
          Plans: [scan('form_responses', 120_000, 2_980)],
        },
      ],
    },
  ],
}

const AFTER = {
  ...{ 'Node Type': 'Aggregate', Strategy: 'Sorted', 'Startup Cost': 24, 'Total Cost': 61.3 },
  ...{ 'Plan Rows': 14, 'Plan Width': 128, 'Group Key': ['g.id'] },
  Plans: [
    {
      ...{ 'Node Type': 'Nested Loop', 'Join Type': 'Left', 'Parent Relationship': 'Outer' },
      ...{ 'Startup Cost': 0.4, 'Total Cost': 58.7, 'Plan Rows': 56, 'Plan Width': 128 },
      Plans: [
        {
          ...{
            'Node Type': 'Index Scan',
            'Parent Relationship': 'Outer',
            'Relation Name': 'guests',
            Alias: 'g',
          },
          ...{ 'Index Name': 'guests_wedding_id_lower_idx', 'Startup Cost': 0.3, 'Total Cost': 16.4 },
          ...{
            'Plan Rows': 14,
            'Plan Width': 120,
            'Index Cond': '((wedding_id = $2) AND (lower(email) = …))',
          },
        },
        {
          ...{ 'Node Type': 'Index Scan', 'Parent Relationship': 'Inner', 'Relation Name': 'form_responses' },
          ...{
            Alias: 'r',
            'Index Name': 'form_responses_guest_id_idx',
            'Startup Cost': 0.4,
            'Total Cost': 2.9,
          },
          ...{ 'Plan Rows': 4, 'Plan Width': 16, 'Index Cond': '(guest_id = g.id)' },
        },
      ],
    },
  ],
}

const WRITES = { entriesPerSecond: 3.2, walPerSecond: 410, load: 0.0004, hotUpdatesLost: 0, counted: true }

const index = (table: string, keys: string, share: number, more: object = {}) => ({
  ...{ name: `${table}_${keys.replaceAll(/\W+/g, '_')}_idx`, summary: `${table} (${keys})` },
  spec: { schema: 'public', table, method: 'btree', keys: [{ column: keys }], include: [] },
  ddl: [`CREATE INDEX CONCURRENTLY ${table}_${keys}_idx ON public.${table} (${keys})`],
  undo: [`DROP INDEX CONCURRENTLY public.${table}_${keys}_idx`],
  ...{ saves: share * 18, share, lostWithout: share * 17, bytes: 3 * MIB, writeCost: WRITES },
  ...{ confidence: 'high', because: ['Planned by PostgreSQL itself with all statistics of guests.'] },
  statements: [
    {
      ...{ queryIds: ['471'], text: GUESTS, calls: 92, seconds: 11.4 },
      ...{ costBefore: 4_861.2, costAfter: 61.3, planBefore: BEFORE, planAfter: AFTER },
    },
  ],
  action: { name: 'vacuum', input: { schema: 'public', table: 'form_responses' } },
  ...more,
})

const BEST = index('form_responses', 'guest_id', 0.53)
const REMEDY = 'GRANT SELECT ON public.payments TO pgtend;'

export const REPORT = {
  ...{ at: NOW, sql: GUESTS, fingerprint: 'f00d', queryId: '471' },
  current: {
    ...{ calls: 92, callsRate: 1.53, mean: 0.124, total: 11.4, share: 0.57, rowsPerCall: 4, window: 60 },
    ...{ blocksPerCall: 2_210, cacheHit: 0.93, tempBlocksPerCall: 0, walPerCall: 0 },
    ...{ planningPerCall: 0.0004, deviation: 0.018, max: 0.41 },
  },
  findings: [
    {
      ...{
        about: 'plan',
        rule: 'seq-scan-discards',
        title: 'Reads a table for few of its rows',
        severity: 'warning',
      },
      ...{ node: 'Seq Scan on form_responses r', path: [0, 1, 0], message: '120,000 rows are read for 56.' },
      ...{ advice: 'An index on guest_id finds them.', evidence: { rows: 120_000 } },
    },
    {
      ...{
        about: 'text',
        rule: 'function-on-column',
        title: 'Function on a filtered column',
        severity: 'warning',
      },
      ...{ message: 'lower(g.email) hides the column from its index.', advice: 'Index the expression.' },
      position: { offset: 121, line: 3, column: 7 },
    },
    {
      ...{ about: 'text', rule: 'select-star', title: 'SELECT *', severity: 'info' },
      ...{ message: 'All columns of guests are read.', advice: 'Name those that are needed.' },
      position: { offset: 7, line: 1, column: 8 },
    },
  ],
  plan: {
    ...{ explained: { plan: BEFORE, analyzed: false }, role: 'app', generic: true, by: 'shadow' },
    values: ["'a@b.c'", null],
    notes: [
      'Planned for any values of $2, of which nothing is known; a given value may get another plan',
      'Planned with constants that the statistics of the columns make likely',
    ],
  },
  rewrites: [
    {
      ...{
        rule: 'left-join-count',
        title: 'Count in a subquery',
        doc: 'Counting before joining makes fewer rows.',
      },
      sql: GUESTS.replace(
        'count(r.id) as answers',
        '(select count(*) from form_responses r where r.guest_id = g.id) as answers',
      )
        .replace(' left join form_responses r on r.guest_id = g.id', '')
        .replace('\ngroup by g.id', ''),
      ...{ result: 'check', because: 'r.id may be NULL where guests without answers are counted.' },
      position: { offset: 12, line: 1, column: 13 },
      planned: { before: 4_861.2, after: 3_020, explained: { plan: BEFORE, analyzed: false } },
    },
    {
      ...{
        rule: 'order',
        title: 'Lower once',
        doc: 'The value is folded where it is given.',
        result: 'same',
      },
      ...{
        sql: GUESTS.replace('lower($1)', '$1'),
        because: 'It is a constant.',
        why: 'the parameter has no type',
      },
      position: { offset: 140, line: 3, column: 24 },
    },
  ],
  indexes: [BEST],
  gaps: [{ part: 'schema', reason: 'public.payments: 3 of 9 columns may be read', remedy: REMEDY }],
}

export const ADVICE = {
  ...{ window: 60, statements: 34, generic: 3, before: 18.2, after: 5.1 },
  indexes: [
    BEST,
    index('guests', 'wedding_id', 0.19, {
      confidence: 'medium',
      because: ['Many rows of guests have changed since its last ANALYZE.'],
      action: undefined,
      writeCost: { ...WRITES, hotUpdatesLost: 4.1 },
    }),
  ],
  drops: [
    {
      ...{ schema: 'public', index: 'guests_email_idx', table: 'guests', bytes: 8 * MIB },
      ...{ coveredBy: 'guests_email_name_idx', because: 'Its columns lead those of guests_email_name_idx.' },
      ddl: ['DROP INDEX CONCURRENTLY public.guests_email_idx'],
      undo: ['CREATE INDEX CONCURRENTLY guests_email_idx ON public.guests (email)'],
      action: { name: 'drop-index', input: { schema: 'public', index: 'guests_email_idx' } },
    },
  ],
  unhelped: [{ queryIds: ['473'], text: 'delete from email_logs', calls: 2, seconds: 2.2, share: 0.12 }],
  leftOut: [{ reason: 'utility statements have no plan', statements: 7, seconds: 0.1 }],
  gaps: [{ object: 'public.payments', reason: '3 of 9 columns may be read', remedy: REMEDY }],
  effort: { candidates: 118, useful: 21, calls: 640 },
}

const EMPTY = { indexes: [], drops: [], unhelped: [], leftOut: [], gaps: [] }

/** The best that can be: nothing is missing. */
export const NOTHING_MISSING = { ...ADVICE, ...EMPTY, after: 18.2 }

export const WITHHELD = {
  ...NOTHING_MISSING,
  withheld: {
    reason: 'no statistics of the columns could be read, so that plans would be guesses: guests',
    remedy: 'GRANT pg_read_all_data TO the role that pgtend uses;',
  },
}
