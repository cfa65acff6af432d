import type { Review } from './_settings.ts'

const must = (setting: string, good: 'on' | 'off', why: string, more: Partial<Review> = {}): Review => ({
  ...{ setting, ...more },
  judge: (value) => (value === good ? undefined : { severity: 'critical', suggested: good, why }),
})

const METHODS = 'bitmapscan,hashagg,hashjoin,indexonlyscan,indexscan,mergejoin,nestloop,seqscan,sort'.split(
  ',',
)

/** What endangers data, or hides something. Reasons and recommended values: the page of each setting in the PostgreSQL documentation. */
export const SAFETY: readonly Review[] = [
  must(
    'fsync',
    'on',
    'After a crash of the operating system or the loss of power the data may be corrupt beyond repair.',
    // Its storage is elsewhere and keeps what was committed ("Neon Postgres parameter settings").
    { notOn: ['neon'] },
  ),
  must(
    'full_page_writes',
    'on',
    'A page that a crash leaves half written can not be repaired: the data may be corrupt.',
  ),
  must(
    'zero_damaged_pages',
    'off',
    'Pages that are damaged are emptied when they are read: the rows in them are lost for good.',
  ),
  must(
    'ignore_checksum_failure',
    'off',
    'Damaged pages are read as if they were sound, and the damage is carried on.',
  ),
  must(
    'autovacuum',
    'on',
    'Dead rows pile up, statistics grow old, and in the end the server stops to save itself from wraparound.',
    {
      rule: 'autovacuum-off',
    },
  ),
  must('track_counts', 'on', 'Autovacuum does nothing, and use of tables and indexes is not counted.', {
    rule: 'autovacuum-off',
    scoped:
      'Autovacuum does not learn of what these sessions change, and their use of tables and indexes is not counted.',
  }),
  {
    setting: 'track_activities',
    judge: (value) =>
      value === 'off'
        ? {
            severity: 'warning',
            suggested: 'on',
            why: 'What sessions do is hidden: no running query, no idle transaction is seen.',
          }
        : undefined,
  },
  {
    setting: 'pg_stat_statements.track',
    perRole: true,
    judge: (value) =>
      value === 'none'
        ? { severity: 'warning', suggested: 'top', why: 'pg_stat_statements is loaded but counts nothing.' }
        : undefined,
  },
  {
    setting: 'compute_query_id',
    perRole: true,
    judge: (value, { server }) =>
      value === 'off' && server.extensions.pg_stat_statements
        ? {
            severity: 'warning',
            suggested: 'auto',
            why: 'Without query ids pg_stat_statements counts nothing.',
          }
        : undefined,
  },
  ...METHODS.map(
    (method): Review => ({
      setting: `enable_${method}`,
      judge: (value) =>
        value === 'off'
          ? {
              severity: 'warning',
              suggested: 'on',
              why: 'A method of the planner is switched off for every query; meant for trying out in one session.',
            }
          : undefined,
    }),
  ),
]
