import { flag, gauge, id, label, optional, reference, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import partitions from '../probes/partitions.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import { again } from './_again.ts'
import { autovacuumThresholds } from './_autovacuum.ts'
import { blockSize } from './_blocks.ts'
import { NONE, namedTables } from './_names.ts'
import { partitionTree, rootOf } from './_partitions.ts'
import { relationsByOid } from './_relations.ts'
import { booleanParameter, parametersByOid } from './_storage-parameters.ts'

const rowsAgain = again()

export default defineDerived({
  name: 'tables',
  title: 'Tables',
  doc: 'Rows, dead rows and upkeep of each table and materialised view. Row counts are PostgreSQL’s estimates; dead rows are those that VACUUM has not removed yet, not the space that tables waste.',
  rows: 'many',
  from: { relations, names: tableNames, parameters: storageParameters, partitions: maybe(partitions) },
  columns: {
    oid: id('Oid of the table'),
    schema: label('Schema'),
    table: label('Table'),
    root: optional(reference('Oid of the partitioned table at the top that it is a partition of')),
    live: gauge('count', 'Live rows, estimated'),
    dead: gauge('count', 'Dead rows, estimated'),
    dead_ratio: gauge('ratio', 'Dead rows out of all rows'),
    changed_since_analyze: gauge('count', 'Rows changed since the planner’s statistics were made'),
    analyze_threshold: gauge(
      'count',
      'Changed rows after which autovacuum analyses it, by its own parameters or the server’s settings',
    ),
    autovacuum_enabled: flag('Whether autovacuum looks after the table'),
    last_vacuum: optional(
      time('Last VACUUM, by hand or by autovacuum; none known since the statistics began'),
    ),
    last_analyze: optional(
      time('Last ANALYZE, by hand or by autovacuum; none known since the statistics began'),
    ),
    estimate: flag('Whether the table was ever analysed, so that the planner has an estimate of its rows'),
    pages: gauge('count', 'Pages of the table itself'),
    size: gauge('bytes', 'Size of the table and its TOAST by their pages, as of the last VACUUM or ANALYZE'),
  },
  compute({ relations, names, parameters, partitions = NONE }, { server }) {
    const set = parametersByOid(parameters)
    const tree = partitionTree(partitions)
    const block = blockSize(server)
    return rowsAgain({
      of: namedTables(names),
      sample: relationsByOid(relations),
      columns: ['live', 'dead', 'changed_since_analyze', 'tuples', 'last_vacuum', 'last_analyze', 'pages'],
      also: [parameters, partitions, server],
      make(name, at) {
        const r = at(name.oid)
        if (!r) return undefined
        const own = set.get(name.oid)
        return {
          oid: name.oid,
          schema: name.schema,
          table: name.name,
          root: rootOf(tree, name.oid),
          live: r.live,
          dead: r.dead,
          dead_ratio: r.dead === 0 ? 0 : r.dead / (r.live + r.dead),
          changed_since_analyze: r.changed_since_analyze,
          analyze_threshold: autovacuumThresholds(r.tuples, own, server).analyze,
          autovacuum_enabled: booleanParameter(own, 'autovacuum_enabled') ?? true,
          last_vacuum: r.last_vacuum,
          last_analyze: r.last_analyze,
          estimate: r.tuples >= 0,
          pages: r.pages,
          size: (r.pages + (at(name.toast_oid)?.pages ?? 0)) * block,
        }
      },
    })
  },
})
