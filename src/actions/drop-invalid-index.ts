import { defineAction } from '../core/action.ts'
import { formatBytes } from '../core/format.ts'
import { dropIfInvalid, findIndex, refuseNeeded, tableOf } from './_index-facts.ts'
import {
  cannotPlan,
  mayMaintain,
  nameOf,
  oidOf,
  onPrimary,
  SCHEMA_INPUT,
  schemaOf,
  subjectOf,
} from './_relation.ts'
import { restoreIndex } from './_restore-index.ts'
import { LONG, PATIENT } from './_timeouts.ts'
import { noOldTransaction } from './_waits.ts'

/** What a failed REINDEX CONCURRENTLY leaves beside the index that it was to replace. */
const LEFTOVER = /_cc(new|old)\d*$/

export default defineAction({
  name: 'drop-invalid-index',
  title: 'Drop an invalid index',
  doc: 'An index whose build failed is of use to no query, but writes keep it up. One that is being built now is never dropped.',
  needs: 'owner of the table',
  mends: ['invalid-index'],
  input: { schema: SCHEMA_INPUT, index: { type: 'text', help: 'Name of the index' } },
  async plan(query, input, context) {
    const index = await findIndex(query, context, schemaOf(input), String(input.index))
    const name = nameOf(index)
    if (index.valid) throw cannotPlan(`${name} is valid: drop-index is for that`)
    if (index.part_of !== null)
      throw cannotPlan(
        `${name} is a part of the partitioned index ${index.part_of}, which can only be dropped as a whole: reindex-concurrently builds it anew`,
      )
    refuseNeeded(index)
    const table = tableOf(index)
    return {
      summary: `Drop the invalid index ${name} of ${nameOf(table)}`,
      risk: 'safe',
      subjects: [subjectOf(table), subjectOf(index)],
      steps: [
        {
          sql: `DROP INDEX CONCURRENTLY ${name}`,
          transactional: false,
          locks: `ShareUpdateExclusiveLock on ${nameOf(table)}: reads and writes go on; it waits for transactions that use the table`,
          timeout: LONG,
          lockTimeout: PATIENT,
          ...(LEFTOVER.test(index.name) ? {} : { undo: index.definition }),
          cleanup: [dropIfInvalid(index.table_oid, index.schema, index.name)],
        },
      ],
      preconditions: [
        onPrimary(context),
        mayMaintain(index, 'own', context),
        await noOldTransaction(query, index.table_oid, 'users of the table'),
      ],
      effect: `${formatBytes(index.size)} of disk, and less work for each write to ${nameOf(table)}. No query used it.`,
      before: { size: index.size },
    }
  },
  async verify(query, _, plan) {
    const left = await query('SELECT 1 FROM pg_class WHERE oid = $1::oid', [oidOf(plan, 1)])
    return left.length === 0
      ? { ok: true, detail: 'The index is gone', after: { size: 0 } }
      : { ok: false, detail: 'The index is still there', after: plan.before }
  },
  undo: restoreIndex,
})
