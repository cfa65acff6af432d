import { flag, gauge, id, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import relationNames from '../probes/relation-names.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import { autovacuumThresholds } from './_autovacuum.ts'
import { blockSize } from './_blocks.ts'
import { later } from './_moments.ts'
import { byText, namesByOid } from './_names.ts'
import { booleanParameter, parametersByOid } from './_storage-parameters.ts'

export default defineDerived({
  name: 'tables',
  title: 'Tables',
  doc: 'Rows, dead rows and upkeep of each table and materialised view. Row counts are PostgreSQL’s estimates; dead rows are those that VACUUM has not removed yet, not the space that tables waste.',
  rows: 'many',
  from: { relations, names: relationNames, parameters: storageParameters },
  columns: {
    oid: id('Oid of the table'),
    schema: label('Schema'),
    table: label('Table'),
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
  compute({ relations, names, parameters }, { server }) {
    const named = namesByOid(names)
    const set = parametersByOid(parameters)
    const toastPages = new Map(relations.filter((r) => r.kind === 't').map((r) => [r.oid, r.pages]))
    return relations
      .flatMap((r) => {
        const name = r.kind === 'r' || r.kind === 'm' ? named.get(r.oid) : undefined
        if (!name) return []
        return [
          {
            oid: r.oid,
            schema: name.schema,
            table: name.name,
            live: r.live,
            dead: r.dead,
            dead_ratio: r.dead === 0 ? 0 : r.dead / (r.live + r.dead),
            changed_since_analyze: r.changed_since_analyze,
            analyze_threshold: autovacuumThresholds(r.tuples, set.get(r.oid), server).analyze,
            autovacuum_enabled: booleanParameter(set.get(r.oid), 'autovacuum_enabled') ?? true,
            last_vacuum: later(r.last_vacuum, r.last_autovacuum),
            last_analyze: later(r.last_analyze, r.last_autoanalyze),
            estimate: r.tuples >= 0,
            pages: r.pages,
            size: (r.pages + (toastPages.get(r.toast_oid) ?? 0)) * blockSize(server),
          },
        ]
      })
      .sort(
        byText(
          (t) => t.schema,
          (t) => t.table,
        ),
      )
  },
})
