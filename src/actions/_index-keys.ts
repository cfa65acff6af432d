import type { Input, Query } from '../core/action.ts'
import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
import type { IndexKey } from '../core/index-key.ts'
import { type CalledFunction, checkExpression } from './_expression.ts'
import { splitNames } from './_names.ts'
import { cannotPlan } from './_relation.ts'

const TYPES = {
  column: 'string',
  expression: 'string',
  opclass: 'string',
  descending: 'boolean',
  nullsFirst: 'boolean',
} as const

/** The keys that are asked for: `columns` as a list of names, or `keys` as JSON. Throws AppError `cannot-plan`. */
export function keysOf(input: Input): readonly IndexKey[] {
  const { columns, keys } = input
  if ((columns === undefined) === (keys === undefined))
    throw cannotPlan('it takes columns or keys, one of the two')
  if (columns !== undefined) return splitNames(String(columns)).map((column) => ({ column }))
  let given: unknown
  try {
    given = JSON.parse(String(keys))
  } catch {
    throw cannotPlan('keys are no JSON')
  }
  if (!Array.isArray(given) || given.length === 0) throw cannotPlan('keys are no list with a key in it')
  return given.map(keyOf)
}

function keyOf(given: unknown): IndexKey {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw cannotPlan('a key is no object')
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(TYPES, name) ? TYPES[name as keyof typeof TYPES] : undefined
    if (type === undefined)
      throw cannotPlan(`a key takes ${Object.keys(TYPES).join(', ')}, not ${JSON.stringify(name)}`)
    if (typeof value !== type || value === '') throw cannotPlan(`${name} of a key must be a ${type}`)
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
      throw cannotPlan(`${name} of a key is no text that PostgreSQL can hold`)
  }
  const key = given as IndexKey
  if ((key.column === undefined) === (key.expression === undefined))
    throw cannotPlan('a key has a column or an expression, one of the two')
  return key
}

/** As pg_index.indoption has it: 1 for DESC, 2 for NULLS FIRST. */
export const optionOf = ({ descending = false, nullsFirst = descending }: IndexKey): number =>
  (descending ? 1 : 0) + (nullsFirst ? 2 : 0)

/** A key as CREATE INDEX has it. */
export function keySql(key: IndexKey, opclass: string | undefined): string {
  const { column, expression, descending = false, nullsFirst = descending } = key
  const what = column === undefined ? `(${expression})` : quoteIdentifier(column)
  const order = descending ? ' DESC' : ''
  const nulls = nullsFirst === descending ? '' : ` NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`
  return `${what}${opclass === undefined ? '' : ` ${opclass}`}${order}${nulls}`
}

const OPCLASS = `SELECT n.nspname AS schema FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod
  JOIN pg_namespace n ON n.oid = o.opcnamespace WHERE a.amname = $1 AND o.opcname = $2 AND ($3::text IS NULL OR n.nspname = $3)
  ORDER BY n.nspname <> 'pg_catalog', 1`

/** An operator class with its schema, where it isn't PostgreSQL's own. Throws AppError `cannot-plan`. */
export async function findOpclass(query: Query, method: string, given: string): Promise<string> {
  const [name, schema = null, ...more] = given.split('.').map(unquoted).reverse() as [string, ...string[]]
  const found = more.length > 0 ? [] : await query(OPCLASS, [method, name, schema])
  const [first, second] = found
  if (!first) throw cannotPlan(`there is no operator class ${JSON.stringify(given)} for ${method}`)
  if (first.schema === 'pg_catalog') return quoteIdentifier(name)
  if (second) throw cannotPlan(`there is more than one operator class ${name}: name its schema`)
  return qualifiedName(String(first.schema), name)
}

const unquoted = (part: string): string =>
  /^".+"$/.test(part) ? part.slice(1, -1).replaceAll('""', '"') : part

/** Functions of which there is none that always gives the same. */
const CHANGING = `SELECT asked.name FROM unnest($1::text[], $2::text[]) AS asked(schema, name)
  JOIN pg_proc p ON p.proname = asked.name JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = coalesce(asked.schema, 'pg_catalog')
  GROUP BY asked.name HAVING bool_and(p.provolatile <> 'i') LIMIT 1`

/**
 * Has PostgreSQL parse expressions and predicate against the table: names, types, and that the predicate is a condition.
 * PREPARE analyzes and neither plans nor runs, so no function of theirs is called. Throws AppError `cannot-plan`.
 */
export async function checkOnServer(
  query: Query,
  table: string,
  expressions: readonly string[],
  predicate: string | undefined,
): Promise<void> {
  const calls: CalledFunction[] = [
    ...expressions.flatMap((e) => checkExpression(e, 'expression')),
    ...(predicate === undefined ? [] : checkExpression(predicate, 'predicate')),
  ]
  const [changing] = await query(CHANGING, [calls.map((c) => c.schema), calls.map((c) => c.name)])
  if (changing)
    throw cannotPlan(`${String(changing.name)} is not IMMUTABLE: an index can't rely on what may change`)
  const conditions = expressions.map((e) => `(${e}) IS NOT NULL`)
  if (predicate !== undefined) conditions.push(`(${predicate})`)
  // In a WHERE neither aggregates nor functions that return sets are taken, as in an index.
  await query(`PREPARE pgtend_index AS SELECT FROM ONLY ${table} WHERE ${conditions.join(' AND ')}`)
  await query('DEALLOCATE pgtend_index')
}
