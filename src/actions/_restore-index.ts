import type { Action, Draft, Plan, Query, Step } from '../core/action.ts'
import { formatBytes } from '../core/format.ts'
import type { Context } from '../core/given.ts'
import { nameOfShown, qualifiedName } from '../core/identifier.ts'
import { dropIfInvalid } from './_index-facts.ts'
import { mayCreate, refuseTaken } from './_new-index.ts'
import { numbers } from './_poll.ts'
import {
  cannotPlan,
  findRelation,
  mayMaintain,
  nameOf,
  oidOf,
  onPrimary,
  type Relation,
  rewriteOf,
  subjectOf,
} from './_relation.ts'
import { roomFor } from './_space.ts'
import { LONG, PATIENT } from './_timeouts.ts'
import { noOldTransaction } from './_waits.ts'

const TABLE = `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = $1::oid`

/** Of one index of a table, by name: its size and whether it is what was recorded. */
const INDEX = `SELECT pg_relation_size(c.oid) AS size, i.indisvalid::int AS valid, c.oid AS oid, pg_get_indexdef(c.oid) = $4 AS same
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indrelid = $1::oid AND n.nspname = $2 AND c.relname = $3`

/** The table that a run worked on, under the same name. Throws AppError `cannot-plan`: what is recorded names it. */
export async function sameTable(query: Query, context: Context, plan: Plan): Promise<Relation> {
  const was = String(plan.subjects[0]).replace(/^relation \d+ /, '')
  const [now] = await query(TABLE, [oidOf(plan)])
  if (!now) throw cannotPlan(`the table ${was} is gone since`)
  const table = await findRelation(query, context, String(now.schema), String(now.name), 'rm')
  if (subjectOf(table) !== plan.subjects[0])
    throw cannotPlan(`the table ${was} is called ${nameOf(table)} by now`)
  return table
}

const isCreate = (sql: string): boolean => /^CREATE (UNIQUE )?INDEX CONCURRENTLY /.test(sql)

/** Makes a dropped index again, from the statements that its drop recorded. */
export const restoreIndex: NonNullable<Action['undo']> = {
  async plan(query, { plan }, context): Promise<Draft> {
    const table = await sameTable(query, context, plan)
    // An index lies in the schema of its table.
    const name = nameOfShown(String(plan.subjects[1]).replace(/^relation \d+ /, ''), table.schema)
    await refuseTaken(query, table.schema, name)
    const index = qualifiedName(table.schema, name)
    const size = plan.before.size ?? 0
    const steps = plan.steps
      .flatMap((step) => step.undo ?? [])
      .map((sql): Step => {
        const step = { sql, transactional: false, timeout: LONG, lockTimeout: PATIENT }
        if (!isCreate(sql)) return { ...step, locks: /^SET|^RESET/.test(sql) ? 'None' : `Briefly ${index}` }
        return {
          ...step,
          locks: `ShareUpdateExclusiveLock on ${nameOf(table)}: reads and writes go on; it waits for older transactions`,
          progress: 'create_index',
          undo: [`DROP INDEX CONCURRENTLY ${index}`],
          cleanup: [dropIfInvalid(table.oid, table.schema, name)],
        }
      })
    return {
      summary: `Create the index ${index} of ${nameOf(table)} again`,
      risk: 'safe',
      subjects: [subjectOf(table), rewriteOf(context)],
      steps,
      preconditions: [
        onPrimary(context),
        mayMaintain(table, 'own', context),
        await mayCreate(query, table),
        await noOldTransaction(query, table.oid, 'snapshots'),
        await roomFor(query, {}, context, size),
      ],
      effect: `An index of about ${formatBytes(size)}, as it was before it was dropped, which each write to ${nameOf(table)} keeps up from then on.`,
      before: { size: 0 },
    }
  },
  async verify(query, plan) {
    const create = plan.steps.find((step) => isCreate(step.sql))
    const recorded = create?.sql.replace('INDEX CONCURRENTLY ', 'INDEX ')
    const [row] = await query(INDEX, [...(create?.cleanup?.[0]?.values ?? []), recorded])
    const { same: _, ...after } = numbers(row)
    if (!row) return { ok: false, detail: 'There is no such index', after: { size: 0 } }
    if (row.valid !== 1)
      return { ok: false, detail: 'The index is there and invalid: no query may use it', after }
    if (row.same !== true)
      return { ok: false, detail: 'The index is there, but is not what was recorded', after }
    return { ok: true, detail: `The index is there again as it was, ${formatBytes(after.size ?? 0)}`, after }
  },
}
