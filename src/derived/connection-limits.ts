import { detail, flag, gauge, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import activity from '../probes/activity.ts'
import databases from '../probes/databases.ts'
import roleLimits from '../probes/role-limits.ts'
import connections from './connections.ts'

export default defineDerived({
  name: 'connection-limits',
  title: 'Connection limits',
  doc: 'Every limit that can refuse a connection: of the server, of a database (ALTER DATABASE … CONNECTION LIMIT) and of a role. The first that is reached counts. Superusers are let in beyond the limit of a database.',
  rows: 'many',
  from: {
    connections,
    activity,
    databases: maybe(databases),
    roles: maybe(roleLimits),
  },
  columns: {
    subject: label('instance, database name or role name'),
    kind: detail('server, database or role'),
    used: gauge('count', 'Connections taken'),
    limit: gauge('count', 'Connections allowed'),
    utilisation: gauge('ratio', 'Taken of those allowed; 1 where none is allowed'),
    here: flag('It limits the server, the connected database or one of its users'),
  },
  history: ['utilisation'],
  compute({ connections: [c], activity, databases = [], roles = [] }, { server }) {
    const share = (used: number, limit: number) => ({
      used,
      limit,
      utilisation: limit > 0 ? used / limit : 1,
    })
    // Activity leaves out our own session. Clients alone: CountDBConnections and CountUserBackends (procarray.c) leave out
    // the workers of parallel queries.
    const taken = (by: 'database' | 'user', name: string, current: boolean) =>
      activity.filter((a) => a[by] === name).length + (current ? 1 : 0)
    const present = (role: string) => activity.some((a) => a.user === role && a.database === server.database)
    return [
      ...(c
        ? [
            {
              ...{ subject: 'instance', kind: 'server', here: true },
              ...{ used: c.used, limit: c.usable, utilisation: c.utilisation },
            },
          ]
        : []),
      // A limit of 0 closes the database on purpose.
      ...databases.flatMap((d) =>
        d.connection_limit
          ? [
              {
                ...{ subject: `database ${d.database}`, kind: 'database', here: d.current },
                ...share(taken('database', d.database, d.current), d.connection_limit),
              },
            ]
          : [],
      ),
      ...roles.flatMap((r) => {
        if (r.limit === 0) return []
        return [
          {
            subject: `role ${r.role}`,
            kind: 'role',
            ...share(taken('user', r.role, r.current), r.limit),
            here: r.current || present(r.role),
          },
        ]
      }),
    ]
  },
})
