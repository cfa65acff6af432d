import { detail, flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import relationNames from '../probes/relation-names.ts'
import { blockSize } from './_blocks.ts'
import { definitionsByOid, keptBecause } from './_index-rows.ts'
import { byText, namesByOid } from './_names.ts'
import statisticsAge from './statistics-age.ts'

export default defineDerived({
  name: 'index-usage',
  title: 'Indexes',
  doc: 'How often each index was scanned on this server since its statistics began, and whether it could be dropped at all. Checking uniqueness and foreign keys counts as no scan.',
  rows: 'many',
  from: {
    indexes,
    definitions: indexDefinitions,
    names: relationNames,
    age: maybe(statisticsAge),
  },
  columns: {
    oid: id('Oid of the index'),
    table_oid: id('Oid of its table'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('Index'),
    size: gauge('bytes', 'Size by its pages, as of the last VACUUM, ANALYZE or CREATE INDEX'),
    scans: gauge('count', 'Scans since the statistics began'),
    last_scan: optional(time('Last scan (PostgreSQL 16 and newer)')),
    since: optional(time('When the statistics began; none where the server does not tell')),
    valid: flag('Whether queries may use it'),
    expression: flag(
      'Whether it indexes an expression, whose statistics help the planner even without a scan',
    ),
    droppable: flag('Whether nothing but its use by queries speaks for it'),
    kept_because: optional(detail('Why it must stay')),
  },
  compute({ indexes, definitions, names, age }, { server }) {
    const named = namesByOid(names)
    const defined = definitionsByOid(definitions)
    return indexes
      .flatMap((i) => {
        const definition = defined.get(i.oid)
        const name = named.get(i.oid)
        const table = named.get(i.table_oid)
        if (!definition || !name || !table) return []
        const kept = keptBecause(definition, name)
        return [
          {
            oid: i.oid,
            table_oid: i.table_oid,
            schema: name.schema,
            table: table.name,
            index: name.name,
            size: i.pages * blockSize(server),
            scans: i.scans,
            last_scan: i.last_scan,
            since: age?.[0]?.since ?? null,
            valid: definition.valid,
            expression: definition.expressions !== null,
            droppable: kept === null,
            kept_because: kept,
          },
        ]
      })
      .sort(
        byText(
          (i) => i.schema,
          (i) => i.table,
          (i) => i.index,
        ),
      )
  },
})
