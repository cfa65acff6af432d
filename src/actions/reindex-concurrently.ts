import { defineAction } from '../core/action.ts'
import { formatBytes } from '../core/format.ts'
import { qualifiedName } from '../core/identifier.ts'
import { clippedName, dropIfInvalid, findIndex, tableOf } from './_index-facts.ts'
import { numbers } from './_poll.ts'
import {
  cannotPlan,
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
import { LONG, PATIENT } from './_timeouts.ts'
import { noOldTransaction } from './_waits.ts'

const MEASURES = `SELECT pg_relation_size(c.oid) AS size, c.oid AS oid, i.indisvalid::int AS valid
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indexrelid = c.oid
  WHERE n.nspname = $1 AND c.relname = $2`

export default defineAction({
  name: 'reindex-concurrently',
  title: 'Build an index anew',
  doc: 'REINDEX INDEX CONCURRENTLY builds the index a second time without its empty room and puts it in the place of the old one. Reads and writes go on. It waits for old transactions, and what a failed build leaves behind is dropped.',
  needs: 'owner of the table; MAINTAIN from PostgreSQL 17 on',
  mends: ['invalid-index', 'index-bloat'],
  input: {
    schema: SCHEMA_INPUT,
    index: { type: 'text', help: 'Name of the index' },
    space_checked: SPACE_INPUT,
  },
  async plan(query, input, context) {
    const index = await findIndex(query, context, schemaOf(input), String(input.index))
    const name = nameOf(index)
    if (index.exclusion)
      throw cannotPlan(
        `${name} belongs to an exclusion constraint, which PostgreSQL can't reindex concurrently`,
      )
    const table = tableOf(index)
    const leftovers = ['_ccnew', '_ccold'].map((ending) => clippedName(index.name, ending))
    const [taken] = await query(
      `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND relname = ANY ($2::text[]) LIMIT 1`,
      [index.schema, leftovers],
    )
    const [row] = await query(
      `SELECT pg_has_role(relowner, 'USAGE')${context.server.major >= 17 ? ` OR has_table_privilege(oid, 'MAINTAIN')` : ''} AS maintained
        FROM pg_class WHERE oid = $1::oid`,
      [index.table_oid],
    )
    return {
      summary: `Build the index ${name} of ${nameOf(table)} anew`,
      risk: 'safe',
      subjects: [subjectOf(table), subjectOf(index), rewriteOf(context)],
      steps: [
        {
          sql: `REINDEX INDEX CONCURRENTLY ${name}`,
          transactional: false,
          locks: `ShareUpdateExclusiveLock on ${nameOf(table)}: reads and writes go on; it waits for older transactions`,
          progress: 'create_index',
          timeout: LONG,
          lockTimeout: PATIENT,
          cleanup: leftovers.map((leftover) => dropIfInvalid(index.table_oid, index.schema, leftover)),
        },
      ],
      preconditions: [
        onPrimary(context),
        mayMaintain({ ...index, maintained: row?.maintained === true }, 'reindex', context),
        {
          name: 'no leftover',
          holds: taken === undefined,
          detail: taken
            ? `${qualifiedName(index.schema, String(taken.name))} is there, as a failed build leaves it: drop that first`
            : 'No earlier build left anything behind',
        },
        await noOldTransaction(query, index.table_oid, 'snapshots'),
        await roomFor(query, input, context, index.size),
      ],
      effect: `The index has ${formatBytes(index.size)} now; what is empty of it goes back to the disk.`,
      before: { size: index.size, oid: index.oid, valid: index.valid ? 1 : 0 },
    }
  },
  async verify(query, input, plan) {
    const after = numbers((await query(MEASURES, [schemaOf(input), String(input.index)]))[0])
    const sizes = `size ${formatBytes(plan.before.size ?? 0)} → ${formatBytes(after.size ?? 0)}`
    if (after.oid === undefined) return { ok: false, detail: 'The index is not there any more', after }
    if (after.oid === oidOf(plan, 1))
      return { ok: false, detail: `It is still the old index, ${sizes}`, after }
    if (after.valid !== 1) return { ok: false, detail: `The new index is invalid, ${sizes}`, after }
    return { ok: true, detail: `The new index is valid, ${sizes}`, after }
  },
})
