import { detail, gauge, id, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import type { Row } from '../core/table.ts'
import columnWidths from '../probes/column-widths.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import { isStale, tablePages } from './_bloat.ts'
import { blockSize } from './_blocks.ts'
import { namesByOid } from './_names.ts'
import { relationsByOid } from './_relations.ts'
import { rowWidth } from './_row-width.ts'
import { numberParameter, parametersByOid } from './_storage-parameters.ts'
import { columnsOf } from './_widths.ts'

const NEVER = 'it was never analysed: run ANALYZE'
const PARTLY = 'not every column has statistics: run ANALYZE'
const STALE = 'much has changed since the last ANALYZE: run it again'

export default defineDerived({
  name: 'table-bloat',
  title: 'Bloat of tables',
  doc: 'Space of each table of at least 1 MiB that holds nothing alive: how large it would be if its rows were written anew, by the planner’s statistics, fill factor, alignment and nulls, against how large it is. VACUUM makes such space usable again but rarely gives it back. TOAST is told, not estimated.',
  rows: 'many',
  from: {
    widths: columnWidths,
    relations,
    names: tableNames,
    parameters: maybe(storageParameters),
  },
  columns: {
    oid: id('Oid of the table'),
    schema: label('Schema'),
    table: label('Table'),
    size: gauge('bytes', 'Size of the table itself by its pages'),
    expected: optional(gauge('bytes', 'What its rows would take')),
    bloat: optional(gauge('bytes', 'Size beyond that; never below zero')),
    ratio: optional(gauge('ratio', 'Bloat out of the size')),
    toast: gauge('bytes', 'Size of its TOAST table, which is no part of the estimate'),
    confidence: detail(
      'high; low: the statistics are too old to prove it; unknown: there is no estimate, and why',
    ),
    why: optional(detail('Why the confidence is not high')),
  },
  compute({ widths, relations, names, parameters = [] }, { server }) {
    const named = namesByOid(names)
    const set = parametersByOid(parameters)
    const { get: at } = relationsByOid(relations)
    const block = blockSize(server)
    return widths
      .flatMap((w) => {
        const [name, relation] = [named.get(w.oid), at(w.oid)]
        if (!name || !relation || (name.kind !== 'r' && name.kind !== 'm')) return []
        const fillfactor = numberParameter(set.get(w.oid), 'fillfactor') ?? 100
        return [
          {
            ...{ oid: w.oid, schema: name.schema, table: name.name, size: w.pages * block },
            ...estimate(w, relation.changed_since_analyze, fillfactor, block),
            toast: (at(name.toast_oid)?.pages ?? 0) * block,
          },
        ]
      })
      .sort((a, b) => (b.bloat ?? -1) - (a.bloat ?? -1) || a.oid - b.oid)
  },
})

function estimate(w: Row<typeof columnWidths>, changed: number, fillfactor: number, block: number) {
  const columns = columnsOf(w)
  const row = rowWidth(columns)
  const why =
    w.tuples < 0 ? NEVER : !row.known && w.tuples > 0 ? PARTLY : isStale(changed, w.tuples) ? STALE : null
  const unknown = why === NEVER || why === PARTLY
  if (unknown) return { expected: null, bloat: null, ratio: null, confidence: 'unknown', why }
  const pages = tablePages({ ...row, attributes: columns.length }, { tuples: w.tuples, fillfactor, block })
  const wasted = Math.max(0, w.pages - pages)
  return {
    expected: pages * block,
    bloat: wasted * block,
    ratio: wasted / Math.max(1, w.pages),
    confidence: why === null ? 'high' : 'low',
    why,
  }
}
