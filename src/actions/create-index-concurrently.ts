import { defineAction, type Query } from '../core/action.ts'
import { formatBytes } from '../core/format.ts'
import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
import { clippedName, dropIfInvalid } from './_index-facts.ts'
import { splitNames } from './_names.ts'
import { mayCreate, refuseTaken } from './_new-index.ts'
import { numbers } from './_poll.ts'
import {
  cannotPlan,
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
import { sameTable } from './_restore-index.ts'
import { roomFor, SPACE_INPUT } from './_space.ts'
import { LONG, PATIENT } from './_timeouts.ts'
import { noOldTransaction } from './_waits.ts'
import dropIndex from './drop-index.ts'

const MEASURES = `SELECT pg_relation_size(c.oid) AS size, i.indisvalid::int AS valid, c.oid AS oid
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indrelid = $1::oid AND n.nspname = $2 AND c.relname = $3`

/** Columns with their number and mean width; 16 bytes where the statistics don't tell. */
const COLUMNS = `SELECT a.attname AS name, a.attnum AS number, coalesce(s.avg_width, 16) AS width FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped`

/** Of an index entry beside its values, in bytes. */
const ENTRY = 20

export default defineAction({
  name: 'create-index-concurrently',
  title: 'Create an index',
  doc: 'CREATE INDEX CONCURRENTLY builds an index over columns while reads and writes go on. It waits for old transactions. A name that is taken is refused, also by an invalid leftover, which IF NOT EXISTS would pass for success; what a failed build leaves behind is dropped.',
  needs: 'owner of the table, and CREATE on its schema',
  mends: ['sequential-scans'],
  input: {
    schema: SCHEMA_INPUT,
    table: { type: 'text', help: 'Table or materialized view' },
    columns: {
      type: 'text',
      help: 'Columns in order, with commas between; in double quotes where a name has a comma or quotes',
    },
    include: { type: 'text', help: 'Columns kept in the index without being searched by', optional: true },
    method: { type: 'text', help: 'btree unless given: gin, gist, brin, hash, …', optional: true },
    unique: { type: 'boolean', help: 'Refuse equal values from then on', optional: true },
    name: { type: 'text', help: 'Its name; made from table and columns unless given', optional: true },
    space_checked: SPACE_INPUT,
  },
  async plan(query, input, context) {
    const table = await findRelation(query, context, schemaOf(input), String(input.table), 'rm')
    const known = await query(COLUMNS, [table.oid])
    const find = (name: string) => {
      const column = known.find((c) => c.name === name)
      if (!column) throw cannotPlan(`${nameOf(table)} has no column ${quoteIdentifier(name)}`)
      return { name, number: Number(column.number), width: Number(column.width) }
    }
    const columns = splitNames(String(input.columns)).map(find)
    const include = input.include === undefined ? [] : splitNames(String(input.include)).map(find)
    const method = String(input.method ?? 'btree')
    const [am] = await query(`SELECT 1 FROM pg_am WHERE amname = $1 AND amtype = 'i'`, [method])
    if (!am) throw cannotPlan(`there is no index method ${quoteIdentifier(method)}`)
    const name =
      input.name === undefined
        ? clippedName([table.name, ...columns.map((c) => c.name)].join('_'), '_idx')
        : clippedName(String(input.name))
    await refuseTaken(query, table.schema, name)
    const numbersOf = (list: readonly { number: number }[]) => list.map((c) => c.number).join(' ')
    await refuseTwin(
      query,
      table.oid,
      method,
      input.unique === true,
      numbersOf([...columns, ...include]),
      columns.length,
    )
    const list = (of: readonly { name: string }[]) => of.map((c) => quoteIdentifier(c.name)).join(', ')
    const [{ rows = 0 } = {}] = await query(
      'SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = $1::oid',
      [table.oid],
    )
    const width = [...columns, ...include].reduce((sum, c) => sum + c.width, ENTRY)
    const size = Math.ceil(Number(rows) * width * 1.2)
    const index = qualifiedName(table.schema, name)
    return {
      summary: `Create the index ${index} on ${nameOf(table)} (${list(columns)})`,
      risk: 'safe',
      subjects: [subjectOf(table), rewriteOf(context)],
      steps: [
        {
          sql: `CREATE ${input.unique === true ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${nameOf(table)} USING ${quoteIdentifier(method)} (${list(columns)})${include.length > 0 ? ` INCLUDE (${list(include)})` : ''}`,
          transactional: false,
          locks: `ShareUpdateExclusiveLock on ${nameOf(table)}: reads and writes go on; it waits for older transactions`,
          progress: 'create_index',
          timeout: LONG,
          lockTimeout: PATIENT,
          undo: [`DROP INDEX CONCURRENTLY ${index}`],
          cleanup: [dropIfInvalid(table.oid, table.schema, name)],
        },
      ],
      preconditions: [
        onPrimary(context),
        mayMaintain(table, 'own', context),
        await mayCreate(query, table),
        await noOldTransaction(query, table.oid, 'snapshots'),
        await roomFor(query, input, context, size),
      ],
      effect: `An index of about ${formatBytes(size)}, which each write to ${nameOf(table)} keeps up from then on.`,
      before: { size: 0 },
    }
  },
  async verify(query, _, plan) {
    const [, schema, name] = plan.steps[0]?.cleanup?.[0]?.values ?? []
    const after = numbers((await query(MEASURES, [oidOf(plan), schema, name]))[0])
    if (after.valid === undefined) return { ok: false, detail: 'There is no such index', after: { size: 0 } }
    return after.valid === 1
      ? { ok: true, detail: `The index is valid, ${formatBytes(after.size ?? 0)}`, after }
      : { ok: false, detail: 'The index is there and invalid: no query may use it', after }
  },
  undo: {
    async plan(query, { plan, verification }, context) {
      await sameTable(query, context, plan)
      const [, schema, index] = plan.steps[0]?.cleanup?.[0]?.values ?? []
      const draft = await dropIndex.plan(query, { schema: String(schema), index: String(index) }, context)
      if (oidOf(draft, 1) !== verification?.after.oid)
        throw cannotPlan(
          `${qualifiedName(String(schema), String(index))} was made anew since: drop-index drops it, if that is meant`,
        )
      return draft
    },
    verify: (query, plan) => dropIndex.verify(query, {}, plan),
  },
})

/** A valid index over the very same columns, without expressions or predicate. */
async function refuseTwin(
  query: Query,
  table: number,
  method: string,
  unique: boolean,
  keys: string,
  count: number,
): Promise<void> {
  const [twin] = await query(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
      WHERE i.indrelid = $1::oid AND m.amname = $2 AND (i.indisunique OR NOT $3) AND i.indkey::text = $4 AND i.indnkeyatts = $5
        AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indoption::text !~ '[123]' LIMIT 1`,
    [table, method, unique, keys, count],
  )
  if (twin)
    throw cannotPlan(`the index ${quoteIdentifier(String(twin.name))} is over the same columns already`)
}
