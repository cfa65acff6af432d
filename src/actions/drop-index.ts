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

export default defineAction({
  name: 'drop-index',
  title: 'Drop an index',
  doc: 'DROP INDEX CONCURRENTLY removes a valid index without blocking reads or writes. The plan keeps the statements that make it again. An index that a constraint, foreign key, replica identity, partition or extension relies on can not be planned.',
  needs: 'owner of the table',
  mends: ['index-bloat'],
  input: { schema: SCHEMA_INPUT, index: { type: 'text', help: 'Name of the index' } },
  async plan(query, input, context) {
    const index = await findIndex(query, context, schemaOf(input), String(input.index))
    const name = nameOf(index)
    if (!index.valid) throw cannotPlan(`${name} is invalid: drop-invalid-index is for that`)
    refuseNeeded(index)
    const table = tableOf(index)
    const unique = index.unique
      ? ' Unless another index does, nothing keeps its values unique from then on, and neither ON CONFLICT nor the planner can rely on that.'
      : ''
    return {
      summary: `Drop the index ${name} of ${nameOf(table)}`,
      risk: 'destructive',
      subjects: [subjectOf(table), subjectOf(index)],
      steps: [
        {
          sql: `DROP INDEX CONCURRENTLY ${name}`,
          transactional: false,
          locks: `ShareUpdateExclusiveLock on ${nameOf(table)}: reads and writes go on; it waits for transactions that use the table`,
          timeout: LONG,
          lockTimeout: PATIENT,
          undo: index.definition,
          // Cut off half-way it is invalid: kept up by writes and of use to none.
          cleanup: [dropIfInvalid(index.table_oid, index.schema, index.name)],
        },
      ],
      preconditions: [
        onPrimary(context),
        mayMaintain(index, 'own', context),
        await noOldTransaction(query, index.table_oid, 'users of the table'),
      ],
      effect: `${formatBytes(index.size)} of disk, and less work for each write to ${nameOf(table)}. Queries that used it read more.${unique}`,
      before: { size: index.size },
    }
  },
  async verify(query, _, plan) {
    const left = await query('SELECT pg_relation_size(oid) AS size FROM pg_class WHERE oid = $1::oid', [
      oidOf(plan, 1),
    ])
    if (left.length > 0)
      return { ok: false, detail: 'The index is still there', after: { size: Number(left[0]?.size) } }
    return {
      ok: true,
      detail: `The index is gone: ${formatBytes(plan.before.size ?? 0)}`,
      after: { size: 0 },
    }
  },
  undo: restoreIndex,
})
