import { defineAction } from '../core/action.ts'
import { formatCount } from '../core/format.ts'
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

const MEASURES = `SELECT coalesce(sum(pg_stat_get_mod_since_analyze(relid)), 0) AS changed_rows,
  coalesce(sum(pg_stat_get_analyze_count(relid)), 0) AS analyzes FROM ${WITH_PARTITIONS} AS parts`

export default defineAction({
  name: 'analyze',
  title: 'Renew the statistics of a table',
  doc: 'ANALYZE reads a sample of the rows, so that the planner knows how many there are and how their values are spread. Reads and writes go on.',
  needs: 'owner of the table or of the database; MAINTAIN from PostgreSQL 17 on',
  mends: ['stale-statistics', 'vacuum-overdue'],
  input: {
    schema: SCHEMA_INPUT,
    table: { type: 'text', help: 'Table, materialized view or partitioned table' },
  },
  async plan(query, input, context) {
    const table = await findRelation(query, context, schemaOf(input), String(input.table), 'rmp')
    const name = nameOf(table)
    const before = numbers((await query(MEASURES, [table.oid]))[0])
    return {
      summary: `Analyze ${name}`,
      risk: 'safe',
      subjects: [subjectOf(table)],
      steps: [
        {
          sql: `ANALYZE ${name}`,
          transactional: false,
          locks: `ShareUpdateExclusiveLock on ${name}: reads and writes go on`,
          progress: 'analyze',
          timeout: LONG,
          lockTimeout: PATIENT,
        },
      ],
      preconditions: [onPrimary(context), mayMaintain(table, 'vacuum', context)],
      effect: `Statistics take in about ${formatCount(before.changed_rows ?? 0)} rows that changed since they were made.`,
      before,
    }
  },
  async verify(query, _, plan) {
    const done = (row: Readonly<Record<string, unknown>> | undefined) =>
      Number(row?.analyzes ?? 0) > (plan.before.analyzes ?? 0)
    const row = await readUntil(query, MEASURES, [oidOf(plan)], done)
    const after = numbers(row)
    if (!done(row)) return { ok: false, detail: 'PostgreSQL counts no ANALYZE of it since', after }
    const was = formatCount(plan.before.changed_rows ?? 0)
    return {
      ok: true,
      detail: `Changed rows not in the statistics ${was} → ${formatCount(after.changed_rows ?? 0)}`,
      after,
    }
  },
})
