import { formatBytes, formatSeconds } from '../core/format.ts'
import { type Capabilities, numberSetting } from '../core/server.ts'

/** What a verdict about a setting may look at. */
export interface Surroundings {
  readonly server: Capabilities
  readonly slots: number
  /** Size of all databases in bytes, where it is known. */
  readonly size: number | undefined
}

export interface Verdict {
  /** critical: data are at risk. warning: something does not work as it should. info: worth a thought. */
  readonly severity: 'critical' | 'warning' | 'info'
  /** As ALTER SYSTEM takes it; none where there is no value that fits all. */
  readonly suggested?: string
  readonly why: string
}

export interface Review {
  readonly setting: string
  /** It takes a restart; others a reload. */
  readonly restart?: true
  /** A rule of its own tells of it. */
  readonly rule?: string
  /** What it does where it is set for a role or database only, if that is something else. */
  readonly scoped?: string
  /** A single role may well have its own. */
  readonly perRole?: true
  /** What is to be said of the value in base units (bytes, seconds), if anything. */
  readonly judge: (value: string, around: Surroundings) => Verdict | undefined
}

/** The scope of what the server gives to everybody. */
export const SERVER = 'server'

const MB = 1024 ** 2
const GB = 1024 ** 3

const must = (setting: string, good: 'on' | 'off', why: string, more: Partial<Review> = {}): Review => ({
  ...{ setting, ...more },
  judge: (value) => (value === good ? undefined : { severity: 'critical', suggested: good, why }),
})

const METHODS = 'bitmapscan,hashagg,hashjoin,indexonlyscan,indexscan,mergejoin,nestloop,seqscan,sort'.split(
  ',',
)

/** Disks of these hosts are solid-state: a random page costs hardly more than the next one. */
const SOLID: ReadonlySet<string> = new Set(['supabase', 'rds', 'aurora', 'cloud-sql', 'neon'])

/** Reasons and recommended values: the page of each setting in the PostgreSQL documentation unless said otherwise. */
export const REVIEWS: readonly Review[] = [
  must(
    'fsync',
    'on',
    'After a crash of the operating system or the loss of power the data may be corrupt beyond repair.',
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
  {
    setting: 'max_slot_wal_keep_size',
    judge: (value, { slots }) =>
      value === '-1' && slots > 0
        ? {
            severity: 'info',
            why: 'A slot whose reader is gone may fill the disk with WAL, and then the server stops. Set it to what the disk can spare.',
          }
        : undefined,
  },
  {
    setting: 'idle_in_transaction_session_timeout',
    judge: (value) =>
      value === '0'
        ? {
            severity: 'info',
            suggested: '5min',
            why: 'A client that forgets its transaction keeps its locks and holds back VACUUM for as long as it stays connected.',
          }
        : undefined,
  },
  {
    setting: 'track_io_timing',
    judge: (value) =>
      value === 'off'
        ? {
            severity: 'info',
            suggested: 'on',
            why: 'How long reading and writing takes is not measured. pg_test_timing tells what it costs: next to nothing on most machines.',
          }
        : undefined,
  },
  {
    setting: 'random_page_cost',
    judge: (value, { server }) =>
      SOLID.has(server.platform) && Number(value) >= 4
        ? {
            severity: 'info',
            suggested: '1.1',
            why: 'This host’s disks are solid-state, but the planner reckons with a disk that has to seek, and avoids indexes.',
          }
        : undefined,
  },
  {
    setting: 'shared_buffers',
    restart: true,
    judge: (value, { size }) =>
      Number(value) < 128 * MB
        ? {
            severity: 'warning',
            suggested: '128MB',
            why: `Less than PostgreSQL’s own default of ${formatBytes(128 * MB)}; a quarter of the memory is usual.`,
          }
        : Number(value) <= 128 * MB && size !== undefined && size > GB
          ? {
              severity: 'info',
              why: `Still PostgreSQL’s default for ${formatBytes(size)} of data; a quarter of the memory is usual.`,
            }
          : undefined,
  },
  {
    setting: 'effective_cache_size',
    judge: (value, { server }) => {
      const buffers = numberSetting(server, 'shared_buffers')
      return buffers !== undefined && Number(value) < buffers
        ? {
            severity: 'info',
            why: 'The planner believes in less cache than shared_buffers alone. Three quarters of the memory is usual.',
          }
        : undefined
    },
  },
  {
    setting: 'maintenance_work_mem',
    judge: (value, { size }) =>
      size !== undefined && size > 10 * GB && Number(value) <= 64 * MB
        ? {
            severity: 'info',
            suggested: '512MB',
            why: `Still the default for ${formatBytes(size)} of data: VACUUM and CREATE INDEX of large tables go over the indexes more often than they need to.`,
          }
        : undefined,
  },
  {
    setting: 'checkpoint_completion_target',
    judge: (value) =>
      Number(value) < 0.7
        ? {
            severity: 'info',
            suggested: '0.9',
            why: 'Checkpoints write in a shorter burst than they need to.',
          }
        : undefined,
  },
  {
    setting: 'default_statistics_target',
    judge: (value) =>
      Number(value) < 100
        ? {
            severity: 'info',
            suggested: '100',
            why: 'The planner knows less of the data than by default, and misjudges more.',
          }
        : undefined,
  },
  {
    setting: 'autovacuum_naptime',
    judge: (value) =>
      Number(value) > 300
        ? {
            severity: 'info',
            suggested: '1min',
            why: `Autovacuum looks for work only every ${formatSeconds(Number(value))}.`,
          }
        : undefined,
  },
  {
    setting: 'max_connections',
    restart: true,
    judge: (value) =>
      Number(value) > 1000
        ? {
            severity: 'info',
            why: 'Each session costs memory and makes every snapshot dearer. A pooler serves as many clients with far fewer sessions.',
          }
        : undefined,
  },
  {
    setting: 'data_checksums',
    restart: true,
    judge: (value) =>
      value === 'off'
        ? {
            severity: 'info',
            why: 'Damage by disk or memory goes unnoticed. pg_checksums --enable switches checksums on while the server is stopped.',
          }
        : undefined,
  },
]

const SIZES = new Set(
  'shared_buffers effective_cache_size maintenance_work_mem work_mem max_wal_size'.split(' '),
)

/** A value in base units as people write it. */
export function showSetting(setting: string, value: string): string {
  const number = Number(value)
  if (SIZES.has(setting) && number >= 0) return formatBytes(number)
  return setting === 'autovacuum_naptime' ? formatSeconds(number) : value
}
