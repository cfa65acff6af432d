import { formatBytes, formatSeconds } from '../core/format.ts'
import { numberSetting } from '../core/server.ts'
import type { Review, Verdict } from './_settings.ts'

const MB = 1024 ** 2
const GB = 1024 ** 3

/** Disks of these hosts are solid-state: a random page costs hardly more than the next one. */
const SOLID: ReadonlySet<string> = new Set(['supabase', 'rds', 'aurora', 'cloud-sql', 'neon'])

const info = (why: string, suggested?: string): Verdict => ({
  ...{ severity: 'info', why },
  ...(suggested === undefined ? {} : { suggested }),
})

/** What slows the server down or wastes something. Reasons and values: the page of each setting in the PostgreSQL documentation. */
export const TUNING: readonly Review[] = [
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
  {
    setting: 'synchronous_commit',
    judge: (value) =>
      value === 'off'
        ? info(
            'A crash loses what was committed in the last moments, though the clients were told that it is safe.',
          )
        : undefined,
  },
  {
    setting: 'work_mem',
    judge: (value, { server }) =>
      Number(value) >= GB
        ? info(
            `Each sort and hash of each of up to ${server.settings.max_connections ?? 'max_connections'} sessions may take that much memory.`,
          )
        : undefined,
  },
  {
    setting: 'max_wal_size',
    judge: (value) =>
      Number(value) < GB
        ? info(
            'Less than the default of 1 GB: checkpoints come sooner, and each writes whole pages anew.',
            '1GB',
          )
        : undefined,
  },
  {
    setting: 'autovacuum_vacuum_cost_delay',
    judge: (value) =>
      Number(value) > 0.02
        ? info(
            `Autovacuum sleeps ${formatSeconds(Number(value))} after each few pages; the default is 2 ms.`,
            '2ms',
          )
        : undefined,
  },
  {
    setting: 'autovacuum_max_workers',
    restart: true,
    judge: (value) =>
      Number(value) < 3
        ? info('Fewer than by default: one large table keeps all others waiting.', '3')
        : undefined,
  },
  {
    setting: 'autovacuum_freeze_max_age',
    restart: true,
    judge: (value) =>
      Number(value) > 1e9
        ? {
            severity: 'warning',
            suggested: '200000000',
            why: 'Autovacuum against wraparound begins so late that half of the way until writes stop is gone.',
          }
        : undefined,
  },
  {
    setting: 'log_min_duration_statement',
    judge: (value) =>
      value === '0'
        ? info('Every statement goes to the log, which costs time and disk space, literals and all.')
        : undefined,
  },
]
