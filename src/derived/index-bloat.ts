import { detail, gauge, id, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import type { Row } from '../core/table.ts'
import columnWidths from '../probes/column-widths.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import { distinctKeys, indexPages, isStale } from './_bloat.ts'
import { blockSize } from './_blocks.ts'
import { definitionsByOid, type IndexDefinition } from './_index-rows.ts'
import { namesByOid } from './_names.ts'
import { relationsByOid } from './_relations.ts'
import { type ColumnWidth, rowWidth } from './_row-width.ts'
import { booleanParameter, numberParameter, type Parameters, parametersByOid } from './_storage-parameters.ts'
import { columnsOf } from './_widths.ts'

type Widths = Row<typeof columnWidths>

const BTREE_FILLFACTOR = 90
/** The type name, and nothing else: NAMEDATALEN bytes, aligned as a character. */
const isName = (c: ColumnWidth): boolean => c.length === 64 && c.alignment === 1

export default defineDerived({
  name: 'index-bloat',
  title: 'Bloat of indexes',
  doc: 'Space of each B-tree of at least 1 MiB beyond what its entries would take if it were built anew, by the planner’s statistics, fill factor, nulls and deduplication. Other kinds of indexes, and columns of type name, can’t be estimated.',
  rows: 'many',
  from: {
    widths: columnWidths,
    definitions: indexDefinitions,
    relations,
    names: tableNames,
    parameters: maybe(storageParameters),
  },
  columns: {
    oid: id('Oid of the index'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('Index'),
    size: gauge('bytes', 'Size by its pages'),
    expected: optional(gauge('bytes', 'What its entries would take')),
    bloat: optional(gauge('bytes', 'Size beyond that; never below zero')),
    ratio: optional(gauge('ratio', 'Bloat out of the size')),
    confidence: detail(
      'high; low: the statistics are too old to prove it; unknown: there is no estimate, and why',
    ),
    why: optional(detail('Why the confidence is not high')),
  },
  compute({ widths, definitions, relations, names, parameters = [] }, { server }) {
    const named = namesByOid(names)
    const defined = definitionsByOid(definitions)
    const set = parametersByOid(parameters)
    const { get: tables } = relationsByOid(relations)
    const widthsOf = new Map(widths.map((w) => [w.oid, w]))
    const block = blockSize(server)
    return widths
      .flatMap((own) => {
        const definition = defined.get(own.oid)
        const table = definition && tables(definition.table_oid)
        const name = definition && named.get(definition.table_oid)
        if (!definition || definition.partitioned || !table || !name) return []
        const heap = widthsOf.get(definition.table_oid)
        const facts = {
          own,
          definition,
          heap,
          rows: Math.max(0, table.tuples),
          changed: table.changed_since_analyze,
        }
        return [
          {
            ...{ oid: own.oid, schema: name.schema, table: name.name, index: definition.name },
            size: own.pages * block,
            ...estimate({ ...facts, never: table.tuples < 0 }, set.get(own.oid), block),
          },
        ]
      })
      .sort((a, b) => (b.bloat ?? -1) - (a.bloat ?? -1) || a.oid - b.oid)
  },
})

interface Facts {
  readonly own: Widths
  readonly definition: IndexDefinition
  readonly heap: Widths | undefined
  /** Of the table, and how many of them have changed since ANALYZE. */
  readonly rows: number
  readonly changed: number
  readonly never: boolean
}

/** The entries' columns: an expression's are the index's own, all others the table's. */
function entryOf({ own, definition, heap }: Facts) {
  const keys = definition.keys.split(' ').map(Number)
  const [its, table] = [columnsOf(own), heap ? columnsOf(heap) : []]
  const columns = keys.map((key, at) => (key === 0 ? its[at] : table[key - 1]) ?? NOT_KNOWN)
  const distinct = keys
    .slice(0, definition.key_columns)
    .map((key, at) => (key === 0 ? own.distinct[at] : heap?.distinct[key - 1]) ?? -1)
  return { columns, distinct, included: keys.length > definition.key_columns }
}

const NOT_KNOWN: ColumnWidth = { length: -1, alignment: 4, width: -1, nulls: 0 }

function estimate(facts: Facts, set: Parameters | undefined, block: number) {
  const { own, definition, rows, changed } = facts
  const { columns, distinct, included } = entryOf(facts)
  const row = rowWidth(columns)
  const impossible = whyNot(facts, columns, row.known)
  if (impossible) return { expected: null, bloat: null, ratio: null, confidence: 'unknown', why: impossible }
  const tuples = own.tuples
  const shares =
    own.deduplicates === true &&
    (booleanParameter(set, 'deduplicate_items') ?? true) &&
    !definition.unique &&
    !included
  const pages = indexPages(row, {
    ...{ tuples, block, fillfactor: numberParameter(set, 'fillfactor') ?? BTREE_FILLFACTOR },
    ...(shares ? { groups: distinctKeys(distinct, rows, tuples) } : {}),
  })
  const wasted = Math.max(0, own.pages - pages)
  const stale = isStale(changed, rows)
  return {
    expected: pages * block,
    bloat: wasted * block,
    ratio: wasted / Math.max(1, own.pages),
    confidence: stale ? 'low' : 'high',
    why: stale ? 'much has changed since the last ANALYZE: run it again' : null,
  }
}

function whyNot(
  { own, definition, never }: Facts,
  columns: readonly ColumnWidth[],
  statistics: boolean,
): string | null {
  if (definition.method !== 'btree') return 'only B-trees can be estimated'
  if (!definition.valid) return 'the index is invalid'
  if (never || own.tuples < 0) return 'it was never analysed: run ANALYZE'
  // An index keeps a name as a C string, cut to its length, which no statistics tell.
  if (columns.some(isName)) return 'columns of type name can not be estimated'
  if (own.tuples > 0 && !statistics) return 'not every column has statistics: run ANALYZE'
  return null
}
