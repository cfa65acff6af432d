import { defineAction, type Query, type Step } from '../core/action.ts'
import { formatBytes } from '../core/format.ts'
import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
import type { IndexKey } from '../core/index-key.ts'
import { clippedName, dropIfInvalid } from './_index-facts.ts'
import { checkOnServer, findOpclass, keySql, keysOf, optionOf } from './_index-keys.ts'
import { splitNames } from './_names.ts'
import { keysServed, mayCreate, refuseTaken } from './_new-index.ts'
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
import { LONG, PATIENT, SHORT } from './_timeouts.ts'
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

/**
 * Rows as the planner reckons them, by those to a page at the last ANALYZE and the pages that there are now
 * (estimate_rel_size in plancat.c). Null where none were counted: then the index is held to be at most the table's size.
 */
const ROWS = `SELECT pg_relation_size(oid) AS size, CASE WHEN reltuples > 0 AND relpages > 0
    THEN reltuples / relpages * pg_relation_size(oid) / current_setting('block_size')::int END AS rows
  FROM pg_class WHERE oid = $1::oid`

/** Of an index entry beside its values, in bytes. */
const ENTRY = 20

export default defineAction({
  name: 'create-index-concurrently',
  title: 'Create an index',
  doc: 'CREATE INDEX CONCURRENTLY builds an index over columns or expressions, of all rows or of some, while reads and writes go on. Expressions and conditions are parsed by PostgreSQL beforehand and never run; comments, queries, functions that are not IMMUTABLE and whatever could reach beyond them are refused, and names outside pg_catalog need their schema. It waits for old transactions. A name that is taken is refused, also by an invalid leftover, which IF NOT EXISTS would pass for success; what a failed build leaves behind is dropped.',
  needs: 'owner of the table, and CREATE on its schema',
  mends: ['sequential-scans', 'unindexed-foreign-key'],
  input: {
    schema: SCHEMA_INPUT,
    table: { type: 'text', help: 'Table or materialized view' },
    columns: {
      type: 'text',
      help: 'Columns in order, with commas between; in double quotes where a name has a comma or quotes',
      optional: true,
    },
    keys: {
      type: 'text',
      help: 'Instead of columns, as JSON: [{"column": "a", "descending": true, "nullsFirst": false}, {"expression": "lower(b)", "opclass": "text_pattern_ops"}]',
      optional: true,
    },
    predicate: { type: 'text', help: 'Condition of a partial index, without WHERE', optional: true },
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
    const keys = keysOf(input)
    const columns = keys.flatMap((key) => (key.column === undefined ? [] : [find(key.column)]))
    const expressions = keys.flatMap((key) => key.expression ?? [])
    const predicate = input.predicate === undefined ? undefined : String(input.predicate)
    const include = input.include === undefined ? [] : splitNames(String(input.include)).map(find)
    const method = String(input.method ?? 'btree')
    await findMethod(query, method, keys)
    const opclasses = new Map<string, string>()
    for (const { opclass } of keys)
      if (opclass !== undefined) opclasses.set(opclass, await findOpclass(query, method, opclass))
    const derived = expressions.length > 0 || predicate !== undefined
    if (derived) await checkOnServer(query, nameOf(table), expressions, predicate)
    const name =
      input.name === undefined
        ? clippedName([table.name, ...keys.map((key) => key.column ?? 'expr')].join('_'), '_idx')
        : clippedName(String(input.name))
    await refuseTaken(query, table.schema, name)
    // Whether an expression, condition or operator class is the same as another's, only PostgreSQL could say.
    if (!derived && opclasses.size === 0)
      await refuseTwin(query, table.oid, {
        ...{ method, unique: input.unique === true, count: keys.length },
        columns: [...columns, ...include].map((c) => c.number).join(' '),
        options: keys.map(optionOf).join(' '),
      })
    const list = (of: readonly { name: string }[]) => of.map((c) => quoteIdentifier(c.name)).join(', ')
    const width = [...columns, ...include].reduce((sum, c) => sum + c.width, ENTRY + 16 * expressions.length)
    const [rows] = await query(ROWS, [table.oid])
    const counted = rows?.rows !== null
    const size = counted ? Math.ceil(Number(rows?.rows) * width * 1.2) : Number(rows?.size)
    const index = qualifiedName(table.schema, name)
    const what = keys.map((key) => keySql(key, opclasses.get(key.opclass ?? ''))).join(', ')
    const where = predicate === undefined ? '' : ` WHERE (${predicate})`
    const covered = include.length > 0 ? ` INCLUDE (${list(include)})` : ''
    return {
      summary: `Create the index ${index} on ${nameOf(table)} (${what})${where}`,
      risk: 'safe',
      subjects: [subjectOf(table), rewriteOf(context)],
      about:
        derived || method !== 'btree'
          ? []
          : await keysServed(
              query,
              table,
              columns.map((c) => c.number),
            ),
      steps: [
        ...(derived ? [SAFE_NAMES] : []),
        {
          sql: `CREATE ${input.unique === true ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${nameOf(table)} USING ${quoteIdentifier(method)} (${what})${covered}${where}`,
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
      effect: `An index of ${predicate === undefined && counted ? 'about' : 'at most about'} ${formatBytes(size)}, which each write to ${nameOf(table)} keeps up from then on.`,
      before: { size: 0 },
    }
  },
  async verify(query, _, plan) {
    const [, schema, name] = plan.steps.at(-1)?.cleanup?.[0]?.values ?? []
    const after = numbers((await query(MEASURES, [oidOf(plan), schema, name]))[0])
    if (after.valid === undefined) return { ok: false, detail: 'There is no such index', after: { size: 0 } }
    return after.valid === 1
      ? { ok: true, detail: `The index is valid, ${formatBytes(after.size ?? 0)}`, after }
      : { ok: false, detail: 'The index is there and invalid: no query may use it', after }
  },
  undo: {
    async plan(query, { plan, verification }, context) {
      await sameTable(query, context, plan)
      const [, schema, index] = plan.steps.at(-1)?.cleanup?.[0]?.values ?? []
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

/** Names in an expression must mean when it is built what they meant when it was checked. */
const SAFE_NAMES: Step = {
  ...{ sql: 'SET search_path = pg_catalog, pg_temp', transactional: false, locks: 'None' },
  ...{ timeout: SHORT, lockTimeout: SHORT },
}

/** Throws AppError `cannot-plan` where there is no such method, or none that keeps an order where one is asked for. */
async function findMethod(query: Query, method: string, keys: readonly IndexKey[]): Promise<void> {
  const [am] = await query(
    `SELECT pg_indexam_has_property(oid, 'can_order') AS ordered FROM pg_am WHERE amname = $1 AND amtype = 'i'`,
    [method],
  )
  if (!am) throw cannotPlan(`there is no index method ${quoteIdentifier(method)}`)
  if (am.ordered !== true && keys.some((key) => optionOf(key) > 0 || key.nullsFirst !== undefined))
    throw cannotPlan(`an index of the method ${method} keeps no order`)
}

interface Shape {
  readonly method: string
  readonly unique: boolean
  /** Attribute numbers of keys and included columns, and options of the keys, as pg_index has them. */
  readonly columns: string
  readonly options: string
  /** How many of them are keys. */
  readonly count: number
}

/** A valid index over the very same columns in the same order, without expressions, predicate or operator classes. */
async function refuseTwin(query: Query, table: number, shape: Shape): Promise<void> {
  const { method, unique, columns, options, count } = shape
  const [twin] = await query(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
      WHERE i.indrelid = $1::oid AND m.amname = $2 AND (i.indisunique OR NOT $3) AND i.indkey::text = $4 AND i.indnkeyatts = $5
        AND i.indoption::text = $6 AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        AND NOT EXISTS (SELECT FROM unnest(i.indclass) AS used(oid) JOIN pg_opclass o USING (oid) WHERE NOT o.opcdefault) LIMIT 1`,
    [table, method, unique, columns, count, options],
  )
  if (twin)
    throw cannotPlan(`the index ${quoteIdentifier(String(twin.name))} is over the same columns already`)
}
