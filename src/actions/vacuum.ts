import { defineAction } from '../core/action.ts'
import { formatBytes, formatCount } from '../core/format.ts'
import { shownName } from '../core/identifier.ts'
import { horizonHolder } from './_horizon.ts'
import { numbers, readUntil } from './_poll.ts'
import {
  findRelation,
  mayMaintain,
  nameOf,
  oidOf,
  onPrimary,
  SCHEMA_INPUT,
  schemaOf,
  subjectOf,
  WITH_PARTITIONS,
} from './_relation.ts'
import { LONG, PATIENT } from './_timeouts.ts'

const MEASURES = `SELECT sum(pg_stat_get_dead_tuples(relid)) AS dead_rows, sum(pg_stat_get_live_tuples(relid)) AS live_rows,
  sum(pg_table_size(relid)) AS size, age((SELECT relfrozenxid FROM pg_class WHERE oid = $1::oid)) AS xid_age,
  coalesce(sum(pg_stat_get_vacuum_count(relid)), 0) AS vacuums FROM ${WITH_PARTITIONS} AS parts`

/** A VACUUM that somebody else runs on it already. One of autovacuum gives way, unless it is against wraparound. */
const OTHERS = `SELECT a.pid, a.query FROM pg_stat_progress_vacuum v JOIN pg_stat_activity a USING (pid)
  WHERE v.relid = $1::oid AND (a.backend_type <> 'autovacuum worker' OR a.query LIKE '%to prevent wraparound%') LIMIT 1`

export default defineAction({
  name: 'vacuum',
  title: 'Vacuum a table',
  doc: 'VACUUM (ANALYZE) removes dead rows, so that their space is used again, and renews the statistics. Reads and writes go on. It can not remove what died since the oldest open transaction began, and rarely gives space back to the disk.',
  needs: 'owner of the table or of the database; MAINTAIN from PostgreSQL 17 on',
  mends: ['dead-rows', 'stale-statistics', 'vacuum-overdue', 'freeze-overdue', 'wraparound'],
  input: {
    schema: SCHEMA_INPUT,
    table: { type: 'text', help: 'Table, materialized view, partitioned or TOAST table' },
    freeze: {
      type: 'boolean',
      help: 'Freeze all rows and leave the indexes for later: the quickest way to lower the transaction id age',
      optional: true,
    },
  },
  async plan(query, input, context) {
    const table = await findRelation(query, context, schemaOf(input), String(input.table), 'rmpt')
    const name = nameOf(table)
    const before = numbers((await query(MEASURES, [table.oid]))[0])
    const [other] = await query(OTHERS, [table.oid])
    const holder = await horizonHolder(query)
    const options = [
      ...(input.freeze === true ? ['FREEZE', 'INDEX_CLEANUP OFF'] : []),
      // A TOAST table has no statistics.
      ...(table.kind === 't' ? [] : ['ANALYZE']),
    ]
    const held = holder
      ? ` What died since then stays: it is held back by ${holder}.`
      : ' No transaction, slot or standby keeps it from its work for long.'
    return {
      summary: `Vacuum ${name}`,
      risk: 'safe',
      subjects: [subjectOf(table)],
      about: [
        `${shownName(table.schema, table.name)} TOAST`,
        ...(input.freeze === true ? [`database ${context.server.database}`] : []),
      ],
      steps: [
        {
          sql: `VACUUM ${options.length > 0 ? `(${options.join(', ')}) ` : ''}${name}`,
          transactional: false,
          locks: `ShareUpdateExclusiveLock on ${name}: reads and writes go on; other VACUUM and changes of the table wait`,
          progress: 'vacuum',
          timeout: LONG,
          lockTimeout: PATIENT,
        },
      ],
      preconditions: [
        onPrimary(context),
        mayMaintain(table, 'vacuum', context),
        {
          name: 'no other vacuum',
          holds: other === undefined,
          detail: other ? `Process ${String(other.pid)} vacuums it now` : 'Nobody else vacuums it',
        },
      ],
      effect: `About ${formatCount(before.dead_rows ?? 0)} dead rows in ${formatBytes(before.size ?? 0)} make room for new ones.${held}`,
      before,
    }
  },
  async verify(query, input, plan) {
    const { before } = plan
    const done = (row: Readonly<Record<string, unknown>> | undefined) =>
      Number(row?.vacuums ?? 0) > (before.vacuums ?? 0)
    const row = await readUntil(query, MEASURES, [oidOf(plan)], done)
    const after = numbers(row)
    if (!done(row)) {
      return { ok: false, detail: 'PostgreSQL counts no VACUUM of it since: it was skipped', after }
    }
    const was = before.dead_rows ?? 0
    const left = after.dead_rows ?? 0
    const detail = `Dead rows ${formatCount(was)} → ${formatCount(left)}, size ${formatBytes(before.size ?? 0)} → ${formatBytes(after.size ?? 0)}`
    if (input.freeze === true && (after.xid_age ?? 0) > (before.xid_age ?? 0))
      return { ok: false, detail: `${detail}. The transaction id age did not fall`, after }
    const holder = left >= WORTH && left >= was / 2 ? await horizonHolder(query, () => true) : undefined
    if (left >= WORTH && left >= was / 2) {
      const why = holder
        ? `held back by ${holder}`
        : 'an open transaction, slot or standby may hold them back'
      return { ok: false, detail: `${detail}. Most could not be removed: ${why}`, after }
    }
    return { ok: true, detail, after }
  },
})

/** Fewer dead rows than this are nothing to worry about. */
const WORTH = 1_000
