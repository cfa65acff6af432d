import { gauge, id, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { fail } from '../core/outcome.ts'
import relations from '../probes/relations.ts'
import tableNames from '../probes/table-names.ts'
import { again } from './_again.ts'
import { namedTables } from './_names.ts'
import { relationsByOid } from './_relations.ts'

/** As many rows as dead or changed ones matter from (rules dead-rows and stale-statistics). */
const LEAST = 10_000

const rowsAgain = again()

export default defineDerived({
  name: 'uncounted-tables',
  title: 'Tables whose counters were lost',
  doc: 'Tables of 10,000 rows or more by the catalog of which the statistics know less than half, and that nothing has vacuumed or analysed since the statistics began: they were reset, or lost in a crash. How many rows are dead or changed nobody knows, autovacuum neither, until ANALYZE counts them.',
  rows: 'many',
  from: { relations, names: tableNames },
  columns: {
    oid: id('Oid of the table'),
    schema: label('Schema'),
    table: label('Name'),
    tuples: gauge('count', 'Rows by the catalog, as of the last VACUUM, ANALYZE or index build'),
    counted: gauge('count', 'Live and dead rows that the statistics know of'),
  },
  compute({ relations, names }, { server }) {
    if (server.role === 'standby')
      return fail('unsupported', 'a standby does not count rows: its primary does')
    return rowsAgain({
      of: namedTables(names),
      sample: relationsByOid(relations),
      columns: ['tuples', 'live', 'dead', 'last_vacuum', 'last_analyze'],
      also: [],
      make({ oid, schema, name }, at) {
        const r = at(oid)
        if (!r || r.tuples < LEAST || r.last_vacuum !== null || r.last_analyze !== null) return undefined
        const counted = r.live + r.dead
        return counted < r.tuples / 2 ? { oid, schema, table: name, tuples: r.tuples, counted } : undefined
      },
    })
  },
})
