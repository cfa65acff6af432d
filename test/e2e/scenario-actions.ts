/** Plans and runs of the stand-in's troubled target. */
import { MIB, minutes } from './measures.ts'

export const session = (pid: number, application: string, user: string, state: string, reason: string) => ({
  ...{ pid, application, user, state, reason, database: 'wedsync' },
  backendStart: `2026-11-23 07:${String(pid % 60).padStart(2, '0')}:11.482913+00`,
})

export const HITS = [
  session(5101, 'web', 'app', 'idle', 'idle for 24 min'),
  session(5102, 'web', 'app', 'idle', 'idle for 21 min'),
  session(5107, 'web', 'app', 'idle', 'idle for 17 min'),
]

export const SPARED = [
  session(
    4411,
    'PostgREST',
    'authenticator',
    'idle',
    'it belongs to the API (PostgREST) (role authenticator)',
  ),
  session(4420, 'pgtend', 'pgtend', 'idle', 'it is pgtend itself'),
  session(4711, 'api', 'app', 'idle in transaction', 'it has an open transaction'),
]

const vacuum = (table: string) => ({
  summary: `Vacuum ${table}`,
  risk: 'safe',
  subjects: [`relation 16401 ${table}`],
  steps: [
    {
      sql: `VACUUM (ANALYZE) ${table}`,
      transactional: false,
      locks: `ShareUpdateExclusiveLock on ${table}: reads and writes go on; other VACUUM and changes of the table wait`,
      progress: 'vacuum',
      timeout: 3_600_000,
      lockTimeout: 5_000,
    },
  ],
  preconditions: [
    { name: 'on the primary', holds: true, detail: 'This server is the primary' },
    { name: 'owner of the table', holds: true, detail: 'The role app owns it' },
  ],
  effect:
    'About 12,731 dead rows in 86 MB make room for new ones. No snapshot older than a minute keeps it from its work.',
  before: { dead_rows: 12_731, live_rows: 28_341, size: 86 * MIB },
})

const drop = (index: string) => ({
  summary: `Drop index ${index}`,
  risk: 'destructive',
  subjects: [`relation 16500 ${index}`],
  steps: [
    {
      sql: `DROP INDEX CONCURRENTLY ${index}`,
      transactional: false,
      locks: `ShareUpdateExclusiveLock on public.activity_logs: reads and writes go on`,
      timeout: 600_000,
      lockTimeout: 5_000,
      undo: [
        'CREATE INDEX CONCURRENTLY activity_logs_legacy_idx ON public.activity_logs USING btree (entity_type)',
      ],
    },
  ],
  preconditions: [{ name: 'owner of the table', holds: true, detail: 'The role app owns it' }],
  effect: 'Frees 212 MB; each write to public.activity_logs keeps one index less.',
  before: { size: 212 * MIB, scans: 0 },
})

const restore = (run: string) => ({
  summary: `Create the index public.guest_seats_idx of public.guests again: takes back run ${run}`,
  risk: 'safe',
  subjects: ['relation 16480 public.guests'],
  steps: [
    {
      sql: 'CREATE INDEX CONCURRENTLY guest_seats_idx ON public.guests USING btree (seat)',
      transactional: false,
      locks:
        'ShareUpdateExclusiveLock on public.guests: reads and writes go on; it waits for older transactions',
      progress: 'create_index',
      timeout: 600_000,
      lockTimeout: 5_000,
      undo: ['DROP INDEX CONCURRENTLY public.guest_seats_idx'],
    },
  ],
  preconditions: [{ name: 'owner of the table', holds: true, detail: 'The role app owns it' }],
  effect: 'An index of about 12 MB, as it was before it was dropped.',
  before: { size: 0 },
})

const end = (pid: number) => ({
  summary: `End PID ${pid} (api, user app), idle in transaction for 10 min 40 s`,
  risk: 'destructive',
  subjects: [`session ${pid}`],
  steps: [
    {
      sql: 'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz',
      values: [pid, '2026-11-23 07:31:11.482913+00'],
      transactional: true,
      locks: 'None',
      timeout: 10_000,
      lockTimeout: 1_000,
    },
  ],
  preconditions: [
    {
      name: 'may signal',
      holds: false,
      detail: 'The role pgtend is not a member of pg_signal_backend: GRANT pg_signal_backend TO pgtend',
    },
  ],
  effect: 'What its transaction has changed is rolled back. The application may connect again by itself.',
  hits: [session(pid, 'api', 'app', 'idle in transaction', 'it is the one to end')],
  before: { sessions: 1 },
})

type Input = Readonly<Record<string, string | number | boolean>>

/** `generation` stands for the state of the database: another one is another plan. */
export function planOf(target: string, action: string, input: Input, generation = 0) {
  const name = `${input.schema ?? 'public'}.${input.table ?? input.index ?? ''}`
  const draft =
    action === 'undo'
      ? restore(String(input.run))
      : action === 'vacuum'
        ? vacuum(name)
        : action === 'drop-index'
          ? drop(name)
          : end(Number(input.pid))
  return {
    ...draft,
    action,
    input,
    target,
    hash: `${action}-${Object.values(input).join('-')}-${generation}`,
  }
}

const done = (id: string, ago: number, actor: object, action: string, input: Input, after: object) => ({
  id,
  plan: planOf('troubled', action, input),
  actor,
  status: 'done',
  startedAt: minutes(ago),
  endedAt: minutes(ago) + 8_400,
  verification: { ok: true, detail: 'Measured again: 12,731 dead rows before, 0 after', after },
})

export const RUNS = [
  done(
    'r1',
    190,
    { kind: 'schedule', name: 'vacuum' },
    'vacuum',
    { schema: 'public', table: 'email_logs' },
    {
      dead_rows: 0,
      live_rows: 28_341,
      size: 86 * MIB,
    },
  ),
  done(
    'r2',
    700,
    { kind: 'person', name: 'ann' },
    'drop-index',
    { schema: 'public', index: 'guest_seats_idx' },
    { size: 0 },
  ),
  // The steps of the recovery c1.
  ...HITS.map(({ pid }) =>
    done(
      ...([
        `c1-${pid}`,
        1_450,
        { kind: 'person', name: 'dashboard' },
        'terminate-backend',
        { pid },
        {},
      ] as const),
    ),
  ),
  {
    ...done(
      'r0',
      1_500,
      { kind: 'person', name: 'dashboard' },
      'vacuum',
      { schema: 'public', table: 'invoices' },
      {},
    ),
    status: 'failed',
    verification: undefined,
    error: 'PostgreSQL refused or ended a statement: canceling statement due to lock timeout',
  },
]

export const ACTIONS = [
  {
    name: 'vacuum',
    title: 'Vacuum a table',
    doc: 'Removes dead rows.',
    needs: 'owner of the table',
    input: {},
  },
  {
    name: 'drop-index',
    title: 'Drop an index',
    doc: 'Drops it.',
    needs: 'owner of the table',
    input: { freeze: { type: 'boolean', help: 'Freeze all rows', optional: true } },
  },
  {
    name: 'terminate-backend',
    title: 'End a session',
    doc: 'Ends it.',
    needs: 'pg_signal_backend',
    input: {},
  },
]
