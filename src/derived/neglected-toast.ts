import { flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import type { Row } from '../core/table.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import toastCounters from '../probes/toast-counters.ts'
import { byText, memoizedPair, type TableName } from './_names.ts'
import { relationsByOid } from './_relations.ts'
import { booleanParameter, parametersByOid } from './_storage-parameters.ts'

/** TOAST tables that autovacuum leaves alone, and whether by a parameter of their own. Made once for as long as the schema stays. */
const neglectedOf = memoizedPair(
  (names: readonly TableName[], parameters: readonly Row<typeof storageParameters>[]) => {
    const set = parametersByOid(parameters)
    return names
      .flatMap(({ oid, toast_oid, schema, name }) => {
        // As autovacuum does: with any parameter of its own it does not follow its table.
        const own = set.get(toast_oid)
        const off = booleanParameter(own ?? set.get(oid), 'autovacuum_enabled') === false
        return off && toast_oid !== 0 ? [{ oid: toast_oid, schema, table: name, own: own !== undefined }] : []
      })
      .sort(
        byText(
          (t) => t.schema,
          (t) => t.table,
        ),
      )
  },
)

export default defineDerived({
  name: 'neglected-toast',
  title: 'TOAST tables without autovacuum',
  doc: 'TOAST tables that autovacuum leaves alone, by a parameter of their own (toast.autovacuum_enabled) or, where they have none at all, by their table’s. Those that were never vacuumed are counted each sweep.',
  rows: 'many',
  from: {
    names: tableNames,
    parameters: storageParameters,
    relations,
    counters: maybe(toastCounters),
  },
  columns: {
    oid: id('Oid of the TOAST table'),
    schema: label('Schema of its table'),
    table: label('Its table'),
    own: flag('Its own parameter says so'),
    vacuumed: flag('It was vacuumed before'),
    live: optional(gauge('count', 'Live rows, estimated; null: not read yet')),
    dead: optional(gauge('count', 'Dead rows, estimated')),
    last_vacuum: optional(time('Last VACUUM')),
  },
  compute({ names, parameters, relations, counters = [] }) {
    const { get } = relationsByOid(relations)
    const counted = new Map(counters.map((row) => [row.oid, row]))
    return neglectedOf(names, parameters).map((toast) => {
      const vacuumed = get(toast.oid)
      const { live = null, dead = null } = vacuumed ?? counted.get(toast.oid) ?? {}
      const last_vacuum = vacuumed?.last_vacuum ?? null
      return { ...toast, vacuumed: vacuumed !== undefined, live, dead, last_vacuum }
    })
  },
})
