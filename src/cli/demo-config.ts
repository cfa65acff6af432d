import { type Config, parseConfig } from '../monitor/config.ts'

/** How the demo is watched: quick, so that a fault shows within seconds; limits as WedSync has them. */
export const demoConfig = (): Config =>
  parseConfig({
    cadence: { tick: 5, minute: 10, sweep: 60 },
    limits: {
      storage: '5 GB',
      slowQuery: 1,
      criticalTables: ['form_responses', 'api_usage_logs', 'activity_logs', 'email_logs'],
    },
    // A real team waits longer; here a fault should show while one looks.
    thresholds: {
      'drop-unused-index': { days: 0 },
      'idle-in-transaction': { warning: 15 },
      'end-idle-transaction': { seconds: 15 },
      'connection-leak': { idle: 20 },
    },
    alerts: {
      rules: {
        blocking: { for: 5, calm: 10 },
        'connection-leak': { for: 10, calm: 10 },
        'connections-near-limit': { for: 10, calm: 10 },
        'dead-rows': { for: 10, calm: 10 },
        'replication-lag': { for: 10, calm: 10 },
        'slow-average-query': { for: 20, calm: 20 },
      },
    },
    maintenance: { enabled: true },
    recovery: {
      thresholds: { 'connection-exhaustion': { idle: 20 }, 'slow-queries': { active: 10 } },
    },
  })
