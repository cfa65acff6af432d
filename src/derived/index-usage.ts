import { detail, flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import relationNames from '../probes/relation-names.ts'
import { blockSize } from './_blocks.ts'
import { countersByOid, namedIndexes } from './_index-rows.ts'
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
    const counted = countersByOid(indexes)
    const since = age?.[0]?.since ?? null
    return namedIndexes(definitions, names).flatMap(({ definition, name, table, keptBecause }) => {
      const counters = counted.get(definition.oid)
      if (!counters) return []
      return [
        {
          oid: definition.oid,
          table_oid: definition.table_oid,
          schema: name.schema,
          table: table.name,
          index: name.name,
          size: counters.pages * blockSize(server),
          scans: counters.scans,
          last_scan: counters.last_scan,
          since,
          valid: definition.valid,
          expression: definition.expressions !== null,
          droppable: keptBecause === null,
          kept_because: keptBecause,
        },
      ]
    })
  },
})
