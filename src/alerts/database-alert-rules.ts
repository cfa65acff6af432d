import type { AlertRule } from '../core/alert.ts'
import { rules } from '../rules/index.ts'

const MINUTE = 60
const HOUR = 3600

/** Whoever has not acknowledged an alert is told again after four hours. */
const REMIND = 4 * HOUR

type Tuning = Partial<Omit<AlertRule, 'name' | 'title' | 'message' | 'action' | 'from'>>

/**
 * What differs from the default (for 2 min, calm 1 min), by health rule. `for` is long where a value moves slowly or
 * a peak is harmless, 0 where the health rule has waited already or one event is enough; `calm` is long where what
 * was found shows in one look only.
 */
const TUNING: Readonly<Record<string, Tuning>> = {
  'autovacuum-off': { for: 15 * MINUTE },
  'cache-hit': { for: 5 * MINUTE, clear: { warning: 1.01, critical: 1.01 } },
  'checksum-failures': { for: 0, calm: HOUR },
  'connection-leak': { for: 5 * MINUTE },
  'connections-near-limit': {
    for: MINUTE,
    thresholds: { 'connections-near-limit': { warning: 0.7, critical: 0.9 } },
    clear: { warning: 0.9, critical: 0.95 },
  },
  'dead-rows': { for: 15 * MINUTE },
  deadlocks: { for: 0, calm: 10 * MINUTE },
  'error-rate': { clear: { warning: 0.9, critical: 0.9 } },
  'idle-in-transaction': { for: 0, calm: 30, together: true, coveredBy: 'blocking' },
  'invalid-index': { for: HOUR },
  'long-transaction': { for: 0, calm: 30, together: true, coveredBy: 'blocking' },
  'many-slow-queries': { for: 5 * MINUTE },
  'prepared-transactions': { for: 10 * MINUTE },
  'replication-broken': { for: 30 },
  'replication-lag': { for: MINUTE, clear: { warning: 0.8, critical: 0.8 } },
  'sequential-scans': { for: 30 * MINUTE, calm: 10 * MINUTE },
  'slot-retains-wal': { clear: { warning: 0.9, critical: 0.9 } },
  'slow-average-query': {
    thresholds: { 'slow-average-query': { warning: 1, critical: 3 } },
    clear: { warning: 0.9, critical: 0.9 },
  },
  // Worth reading by day, not worth a message.
  'slow-query': { enabled: false },
  'standby-gone': { for: 0, calm: 10 * MINUTE },
  'stale-statistics': { enabled: false },
  'storage-near-limit': { for: 5 * MINUTE, calm: 5 * MINUTE, clear: { warning: 0.97, critical: 0.97 } },
  'subscription-conflicts': { for: 0, calm: HOUR },
  wraparound: { for: 5 * MINUTE, clear: { warning: 0.95, critical: 0.95 } },
}

const DEFAULTS = { for: 2 * MINUTE, calm: MINUTE, remind: REMIND, enabled: true } as const

/** Health rules that have no alert of their own because another one speaks for them. */
const SPOKEN_FOR = new Set(['blocked-sessions', 'blocked-too-long'])

const OWN: readonly AlertRule[] = [
  {
    ...DEFAULTS,
    name: 'target-unreachable',
    title: 'The database can not be reached',
    message:
      'pgtend can not connect, so that nothing else can be judged. Applications most likely can not either.',
    action: 'Check that the server runs, that it accepts connections, and the network between.',
    from: [],
    for: MINUTE,
    calm: 0,
  },
  {
    ...DEFAULTS,
    name: 'monitor-blind',
    title: 'pgtend can not see',
    message: 'Some rules can not be judged: what they look for would not be noticed.',
    action: 'Run pgtend doctor: it says which grant or extension is missing.',
    from: [],
    for: 15 * MINUTE,
  },
  {
    ...DEFAULTS,
    name: 'blocking',
    title: 'Sessions wait for a lock',
    message: 'Sessions wait for a lock that another one holds; those that come later queue up behind them.',
    action:
      'Look at the session at the head of the queue. If it is idle in a transaction, its application forgot to commit: end it.',
    from: ['blocked-sessions', 'blocked-too-long'],
    together: true,
    for: 15,
    calm: 30,
  },
]

/** When findings become alerts: every health rule, what the monitor itself sees, and how long each must last. */
export const databaseAlertRules: readonly AlertRule[] = [
  ...OWN,
  ...rules
    .filter((rule) => !SPOKEN_FOR.has(rule.name))
    .map(({ name, title, doc, remedy }) => ({
      ...DEFAULTS,
      ...{ name, title, message: doc, action: remedy, from: [name] },
      ...TUNING[name],
    })),
]

/** Names that the table above tunes: a test holds them against the health rules. */
export const tuned: readonly string[] = [...Object.keys(TUNING), ...SPOKEN_FOR]
