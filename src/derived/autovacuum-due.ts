import { detail, flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import type { Row } from '../core/table.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import { type At, again } from './_again.ts'
import { autovacuumThresholds, type Thresholds } from './_autovacuum.ts'
import { namedTables, type TableName } from './_names.ts'
import { relationsByOid } from './_relations.ts'
import { booleanParameter, parametersByOid } from './_storage-parameters.ts'

const tablesAgain = again()
const toastAgain = again()

const COLUMNS = [
  'tuples',
  'dead',
  'inserted_since_vacuum',
  'changed_since_analyze',
  'last_vacuum',
  'last_analyze',
] as const
type Relation = Row<typeof relations>
type Column = (typeof COLUMNS)[number]
type Part = 'table' | 'TOAST'

export default defineDerived({
  name: 'autovacuum-due',
  title: 'When autovacuum comes',
  doc: 'How far each table and its TOAST table are towards the next VACUUM and ANALYZE by autovacuum: changes out of the threshold that its own parameters and the server’s settings make. Above 1 it is due. Those without changes are left out; a TOAST table counts from its first VACUUM on.',
  rows: 'many',
  from: { relations, names: tableNames, parameters: storageParameters },
  columns: {
    oid: id('Oid of the table, or of its TOAST table'),
    schema: label('Schema'),
    table: label('Table'),
    part: label('table or TOAST'),
    enabled: flag('Autovacuum looks after it'),
    dead: gauge('count', 'Dead rows, estimated'),
    vacuum_threshold: gauge('count', 'Dead rows after which it is vacuumed'),
    inserted: gauge('count', 'Rows inserted since the last VACUUM'),
    insert_threshold: optional(
      gauge('count', 'Inserted rows after which it is vacuumed; null: inserts do not count'),
    ),
    changed: optional(
      gauge('count', 'Rows changed since the last ANALYZE; null for TOAST, which is not analysed'),
    ),
    analyze_threshold: optional(gauge('count', 'Changed rows after which it is analysed')),
    due: gauge('ratio', 'The furthest of the three out of its threshold; 0 where autovacuum is off'),
    because: detail('Which one that is: dead rows, inserted rows or changed rows'),
    last_vacuum: optional(time('Last VACUUM, by hand or by autovacuum')),
    last_analyze: optional(time('Last ANALYZE, by hand or by autovacuum')),
  },
  compute({ relations, names, parameters }, { server }) {
    const set = parametersByOid(parameters)
    const on = server.settings.autovacuum !== 'off' && server.settings.track_counts !== 'off'
    const part = (oid: number, name: TableName, part: Part, at: At<Relation, Column>) => {
      const r = at(oid)
      if (!r || r.dead + r.inserted_since_vacuum + r.changed_since_analyze === 0) return undefined
      // A TOAST table without parameters of its own follows its table's.
      const own = set.get(oid) ?? (part === 'TOAST' ? set.get(name.oid) : undefined)
      const enabled = on && (booleanParameter(own, 'autovacuum_enabled') ?? true)
      return progress(oid, r, name, part, enabled, autovacuumThresholds(r.tuples, own, server))
    }
    const all = {
      of: namedTables(names),
      sample: relationsByOid(relations),
      columns: COLUMNS,
      also: [parameters, server],
    }
    return [
      ...toastAgain({ ...all, make: (name, at) => part(name.toast_oid, name, 'TOAST', at) }),
      ...tablesAgain({ ...all, make: (name, at) => part(name.oid, name, 'table', at) }),
    ]
  },
})

function progress(
  oid: number,
  r: Pick<Relation, Column>,
  { schema, name }: TableName,
  part: Part,
  enabled: boolean,
  { vacuum, insert, analyze }: Thresholds,
) {
  const analyzed = part === 'table'
  const dead = r.dead / Math.max(1, vacuum)
  const inserted = insert === null ? 0 : r.inserted_since_vacuum / Math.max(1, insert)
  const changed = analyzed ? r.changed_since_analyze / Math.max(1, analyze) : 0
  return {
    oid,
    schema,
    table: name,
    part,
    enabled,
    dead: r.dead,
    vacuum_threshold: vacuum,
    inserted: r.inserted_since_vacuum,
    insert_threshold: insert,
    changed: analyzed ? r.changed_since_analyze : null,
    analyze_threshold: analyzed ? analyze : null,
    due: enabled ? Math.max(dead, inserted, changed) : 0,
    because:
      dead >= Math.max(inserted, changed)
        ? 'dead rows'
        : inserted >= changed
          ? 'inserted rows'
          : 'changed rows',
    last_vacuum: r.last_vacuum,
    last_analyze: r.last_analyze,
  }
}
