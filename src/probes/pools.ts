import { detail, gauge, label, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'pools',
  title: 'Pools of the pooler',
  doc: 'The pools of a PgBouncer before this server, as its admin console tells them. Read where the configuration of the target names the console (pooler); elsewhere it does not apply.',
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  source: 'pooler',
  rows: 'many',
  columns: {
    database: label('Database of the pool, as clients name it'),
    user: label('Role of the pool'),
    cl_active: gauge('count', 'Clients that have a server connection, or need none now'),
    cl_waiting: gauge('count', 'Clients that have sent a query and wait for a server connection'),
    sv_active: gauge('count', 'Server connections that a client has'),
    sv_idle: gauge('count', 'Server connections that are free'),
    maxwait: gauge('seconds', 'How long the client that has waited longest has waited'),
    pool_mode: optional(detail('session, transaction or statement')),
  },
  history: ['cl_active', 'cl_waiting', 'maxwait'],
  sql: { 14: 'SHOW POOLS' },
})
