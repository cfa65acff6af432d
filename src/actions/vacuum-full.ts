import { defineAction } from '../core/action.ts'
import { formatBytes } from '../core/format.ts'
import { shownName } from '../core/identifier.ts'
import { numbers } from './_poll.ts'
import {
  findRelation,
  mayMaintain,
  nameOf,
  oidOf,
  onPrimary,
  rewriteOf,
  SCHEMA_INPUT,
  schemaOf,
  subjectOf,
} from './_relation.ts'
import { roomFor, SPACE_INPUT } from './_space.ts'
import { BLOCKING, IMPATIENT } from './_timeouts.ts'

const MEASURES = `SELECT pg_total_relation_size($1::oid) AS size, pg_stat_get_dead_tuples($1::oid) AS dead_rows,
  pg_relation_filenode($1::oid)::int8 AS filenode`

/** They are written anew with it. */
const INDEXES = `SELECT n.nspname AS schema, c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.indrelid = $1::oid ORDER BY c.oid`

export default defineAction({
  name: 'vacuum-full',
  title: 'Rewrite a table',
  doc: 'VACUUM FULL writes the table and its indexes anew without empty room and gives the rest back to the disk. Nobody can read or write the table meanwhile, and both copies are on disk until it is done. For a table that is mostly empty and in a maintenance window; never done by a schedule.',
  needs: 'owner of the table or of the database; MAINTAIN from PostgreSQL 17 on',
  mends: ['table-bloat', 'index-bloat', 'dead-rows', 'stale-statistics'],
  input: {
    schema: SCHEMA_INPUT,
    table: { type: 'text', help: 'Table or materialized view' },
    space_checked: SPACE_INPUT,
  },
  async plan(query, input, context) {
    const table = await findRelation(query, context, schemaOf(input), String(input.table), 'rm')
    const name = nameOf(table)
    const before = numbers((await query(MEASURES, [table.oid]))[0])
    return {
      summary: `Rewrite ${name}`,
      risk: 'locks',
      subjects: [subjectOf(table), rewriteOf(context)],
      about: (await query(INDEXES, [table.oid])).map(
        (i) => `index ${shownName(String(i.schema), String(i.name))}`,
      ),
      steps: [
        {
          sql: `VACUUM (FULL, ANALYZE) ${name}`,
          transactional: false,
          locks: `AccessExclusiveLock on ${name}: nobody can read or write it until it is done`,
          progress: 'cluster',
          timeout: BLOCKING,
          lockTimeout: IMPATIENT,
        },
      ],
      preconditions: [
        onPrimary(context),
        mayMaintain(table, 'vacuum', context),
        await roomFor(query, input, context, before.size ?? 0),
      ],
      effect: `The table and its indexes have ${formatBytes(before.size ?? 0)} now; what is empty of it goes back to the disk. It is blocked for as long as copying it takes.`,
      before,
    }
  },
  async verify(query, _, plan) {
    const after = numbers((await query(MEASURES, [oidOf(plan)]))[0])
    const { before } = plan
    if (after.filenode === before.filenode) {
      return { ok: false, detail: 'It is still the same file: it was not rewritten', after }
    }
    const freed = (before.size ?? 0) - (after.size ?? 0)
    const what = freed >= 0 ? `${formatBytes(freed)} given back` : `${formatBytes(-freed)} more than before`
    return {
      ok: true,
      detail: `Size ${formatBytes(before.size ?? 0)} → ${formatBytes(after.size ?? 0)}: ${what}`,
      after,
    }
  },
})
