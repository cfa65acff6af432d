/** Whether a statement may be executed just to measure it: what its tree shows, and what it calls that only the catalogue can tell about. */
import type { StatementModel } from './model.ts'
import type { ParsedStatement } from './parse.ts'
import { as, lastName, namesOf, typeNameOf, walk } from './syntax.ts'

/** Why a statement is no mere reading, as far as its tree tells; undefined where it is. Pure. */
export function whyNotReading({ parsed, writes, scopes }: StatementModel): string | undefined {
  if (parsed.kind !== 'select')
    return `it is ${parsed.kind === 'insert' || parsed.kind === 'update' ? 'an' : 'a'} ${parsed.kind.toUpperCase()}`
  const [write] = writes
  if (write) return `a WITH query changes ${write.table.name}`
  if (scopes.some((s) => s.locking)) return 'it locks rows (FOR UPDATE, FOR SHARE)'
  let into = false
  walk(parsed.node, (node) => {
    if (as(node, 'SelectStmt')?.intoClause) into = true
    return undefined
  })
  return into ? 'SELECT INTO makes a table' : undefined
}

/** Names that a statement uses and that run code: schema-qualified as written. */
export interface Called {
  readonly functions: readonly string[]
  readonly operators: readonly string[]
  /** Types that are cast to. */
  readonly types: readonly string[]
  readonly relations: readonly { readonly schema: string | undefined; readonly name: string }[]
}

/** Everything of the tree counts, wherever it stands. A WITH query counts as a relation too: that asks for more, never for less. */
export function calledBy({ node: tree }: ParsedStatement): Called {
  const functions = new Set<string>()
  const operators = new Set<string>()
  const types = new Set<string>()
  const relations = new Map<string, { schema: string | undefined; name: string }>()
  walk(tree, (node) => {
    const call = as(node, 'FuncCall')
    // mood('sad') is a cast too.
    if (call) for (const set of [functions, types]) set.add(namesOf(call.funcname).join('.'))
    const expression = as(node, 'A_Expr')
    if (expression) operators.add(lastName(expression.name))
    const sort = as(node, 'SortBy')
    if (sort?.useOp) operators.add(lastName(sort.useOp))
    const link = as(node, 'SubLink')
    if (link?.operName) operators.add(lastName(link.operName))
    const cast = as(node, 'TypeCast')
    if (cast) types.add(typeNameOf(cast.typeName))
    // The method of TABLESAMPLE is a function.
    const sample = as(node, 'RangeTableSample')
    if (sample) functions.add(namesOf(sample.method).join('.'))
    const range = as(node, 'RangeVar')
    if (range) {
      const { schemaname: schema, relname: name = '' } = range
      relations.set(`${schema ?? ''}.${name}`, { schema, name })
    }
    return undefined
  })
  return {
    functions: [...functions],
    operators: [...operators],
    types: [...types],
    relations: [...relations.values()],
  }
}

/**
 * Volatile functions of pg_catalog that change nothing: time and chance. Sequence functions, advisory locks, signals, files, notifications
 * and large objects are volatile too, and are not here.
 */
export const HARMLESS: ReadonlySet<string> = new Set(
  'random random_normal gen_random_uuid uuidv4 uuidv7 clock_timestamp timeofday pg_backend_pid system bernoulli'.split(
    ' ',
  ),
)
