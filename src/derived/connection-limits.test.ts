import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import databases from '../probes/databases.ts'
import roleLimits from '../probes/role-limits.ts'
import connectionLimits from './connection-limits.ts'
import connections from './connections.ts'

const session = (user: string, database: string) => row(activity, { user, database })

test('the limits of server, databases and roles, each with what is taken', () => {
  const rows = derive(connectionLimits, {
    connections: [row(connections, { used: 50, usable: 97, utilisation: 50 / 97 })],
    activity: [session('app', 'app'), session('app', 'app'), session('batch', 'other')],
    databases: [
      row(databases, { database: 'app', connection_limit: 20, backends: 5, current: true }),
      row(databases, { database: 'other', connection_limit: 2, backends: 5 }),
      row(databases, { database: 'closed', connection_limit: 0 }),
    ],
    roles: [
      row(roleLimits, { role: 'app', limit: 4 }),
      row(roleLimits, { role: 'batch', limit: 1 }),
      row(roleLimits, { role: 'pgtend', limit: 2, current: true }),
      row(roleLimits, { role: 'closed', limit: 0 }),
    ],
  })
  expect(rows.map((r) => [r.subject, r.used, r.limit, r.utilisation, r.here])).toEqual([
    ['instance', 50, 97, 50 / 97, true],
    // Two clients and our own session; the other backends are workers of parallel queries.
    ['database app', 3, 20, 0.15, true],
    ['database other', 1, 2, 0.5, false],
    ['role app', 2, 4, 0.5, true],
    ['role batch', 1, 1, 1, false],
    // Our own session is not in the activity.
    ['role pgtend', 1, 2, 0.5, true],
  ])
})
