/** Constants for the `$n` of a normalised text, as the statistics of the columns tell (research: two scenarios find what literals find). */
import type { Node } from 'libpg-query'
import type { Clause, ColumnUse, ParameterUse, Predicate, StatementModel } from './model.ts'
import type { ColumnFacts } from './schema.ts'
import {
  arrayLiteral,
  boundValue,
  equalValue,
  equalValues,
  type Frequency,
  hasValues,
  literal,
} from './statistics.ts'
import { as, lastName, walk } from './syntax.ts'

/** One way to fill in the parameters. */
export interface Scenario {
  readonly frequency: Frequency
  /** As `PlannedStatement.values`: null where nothing is known. Undefined for a text without parameters, or where nothing is known of any. */
  readonly values: readonly (string | null)[] | undefined
}

export interface Observed {
  readonly calls: number
  readonly rows: number
}

/** Values in a list of unknown length, for IN and = ANY. */
const LIST: Readonly<Record<Frequency, number>> = { typical: 3, rare: 1, wide: 5 }
/** Where LIMIT $n has returned nothing. */
const SOME_ROWS = 10

/** Constants of types that no column stands beside, by name of the type without precision. Intervals reach back from now. */
const BY_TYPE: Readonly<Record<string, Readonly<Record<Frequency, string>>>> = {
  interval: { rare: '1 hour', typical: '1 day', wide: '30 days' },
  int4: { rare: '1', typical: '10', wide: '100' },
  int8: { rare: '1', typical: '10', wide: '100' },
  int2: { rare: '1', typical: '10', wide: '100' },
  numeric: { rare: '1', typical: '10', wide: '100' },
  float8: { rare: '1', typical: '10', wide: '100' },
  bool: { rare: 'true', typical: 'true', wide: 'true' },
  text: { rare: 'x', typical: 'x', wide: 'x' },
  varchar: { rare: 'x', typical: 'x', wide: 'x' },
  date: { rare: 'today', typical: 'yesterday', wide: 'yesterday' },
  timestamptz: { rare: 'now', typical: 'yesterday', wide: 'yesterday' },
  timestamp: { rare: 'now', typical: 'yesterday', wide: 'yesterday' },
}

/** Functions that fold to NULL, and the query with them, unless an argument is one that they know. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  date_trunc: `'day'`,
  date_part: `'day'`,
  extract: `'day'`,
  date_bin: `'1 hour'::interval`,
  percentile_cont: '0.5',
  percentile_disc: '0.5',
}

/** Typical, rare and wide constants; fewer where they are the same. */
export function scenariosOf(model: StatementModel, observed: Observed): readonly Scenario[] {
  if (model.parameters.length === 0) return [{ frequency: 'typical', values: undefined }]
  const found: Scenario[] = []
  for (const frequency of ['typical', 'rare', 'wide'] as const) {
    const values = valuesFor(model, frequency, observed)
    const isNew = !found.some((s) => JSON.stringify(s.values) === JSON.stringify(values))
    if (isNew) found.push({ frequency, values })
  }
  return found
}

/**
 * A scenario without the constants that may be of another type than is asked for, since an expression stands on the other side:
 * `(data->>'n')::int > $1`. For where those of the column can't be planned with.
 */
export function cautious(model: StatementModel, { frequency, values }: Scenario): Scenario {
  const comparisons = comparisonsOf(model)
  const kept = values?.map((v, i) => (comparisons.get(i + 1)?.predicate.subject?.expression ? null : v))
  return { frequency, values: kept?.some((v) => v !== null) ? kept : undefined }
}

/** Clauses whose values decide what comes out, not which rows are looked at. */
const OUTPUT: ReadonlySet<Clause | undefined> = new Set(['select', 'returning', 'set', 'values'])

/** Numbers of the parameters that the plan hangs on and that `values` has no constant for: with them it is a generic one. */
export function undecided(model: StatementModel, values: Scenario['values']): readonly number[] {
  const open = model.parameters.filter(
    (p) => !OUTPUT.has(p.clause) && (values?.[p.number - 1] ?? null) === null,
  )
  return [...new Set(open.map((p) => p.number))].sort((a, b) => a - b)
}

function valuesFor(model: StatementModel, frequency: Frequency, observed: Observed): Scenario['values'] {
  const last = Math.max(...model.parameters.map((p) => p.number))
  const values: (string | null)[] = Array.from({ length: last }, () => null)
  const predicates = comparisonsOf(model)
  const inLists = new Map<string, number>()
  for (const use of model.parameters) {
    if (values[use.number - 1] !== null) continue
    values[use.number - 1] = constantFor(use, predicates.get(use.number), frequency, observed, inLists)
  }
  for (const call of model.calls) {
    const known = ARGUMENTS[call.name]
    if (known === undefined) continue
    for (const number of argumentsOf(call.node)) values[number - 1] = known
  }
  return values.every((v) => v === null) ? undefined : values
}

interface Comparison {
  readonly predicate: Predicate
  /** Whether the column has a bound on its other side as well. */
  readonly paired: boolean
  readonly isUpper: boolean
}

function constantFor(
  use: ParameterUse,
  comparison: Comparison | undefined,
  frequency: Frequency,
  observed: Observed,
  inLists: Map<string, number>,
): string | null {
  if (use.context === 'limit') {
    const perCall = Math.ceil(observed.rows / Math.max(1, observed.calls))
    return String(perCall > 0 ? perCall : SOME_ROWS)
  }
  if (use.context === 'offset') return '0'
  const type = use.cast?.replace(/\(.*\)/, '')
  const offset = type === undefined ? offsetOf(use.number, comparison, frequency) : undefined
  if (offset !== undefined) return offset
  if (use.context === 'compared' && use.column?.facts)
    return compared({ ...use, facts: use.column.facts }, comparison, frequency, inLists)
  if (use.context === 'assigned' && use.column?.facts && hasValues(use.column.facts))
    return literalOf(use.column.facts, equalValue(use.column.facts, 'typical', rowsOf(use.column)))
  const example = type === undefined ? undefined : BY_TYPE[type]?.[frequency]
  return example === undefined ? null : literal(example, use.cast as string)
}

/** Days from a date, a span from a time. */
function offsetOf(
  number: number,
  comparison: Comparison | undefined,
  frequency: Frequency,
): string | undefined {
  const { operand, upper, subject } = comparison?.predicate ?? {}
  if (!isOffset(operand, number) && !isOffset(upper, number)) return undefined
  const type = subject?.column.facts?.type ?? ''
  if (type === 'date') return { rare: '1', typical: '7', wide: '60' }[frequency]
  return /^time/.test(type)
    ? literal((BY_TYPE.interval as Record<Frequency, string>)[frequency], 'interval')
    : undefined
}

const rowsOf = (column: ColumnUse | undefined): number => column?.table?.facts?.rows ?? 0

function compared(
  use: ParameterUse & { readonly facts: ColumnFacts },
  comparison: Comparison | undefined,
  frequency: Frequency,
  inLists: Map<string, number>,
): string | null {
  const { facts } = use
  const rows = rowsOf(use.column)
  const kind = comparison?.predicate.kind
  if (kind === 'json') return documentOf(facts, comparison?.predicate.operator ?? '', frequency)
  if (kind === 'array') {
    const elements = facts.mostCommonElements?.values ?? []
    const one = frequency === 'rare' ? elements.at(-1) : elements[0]
    const element = facts.type.replace(/\[\]$/, '')
    if (one === undefined) return null
    return comparison?.predicate.operator === '= any' ? literal(one, element) : arrayLiteral([one], element)
  }
  if (kind === 'like') return patternFor(equalValue(facts, frequency, rows), comparison?.predicate)
  if (!hasValues(facts)) return null
  if (kind === 'range')
    return literalOf(
      facts,
      boundValue(facts, comparison?.isUpper ? 'upper' : 'lower', frequency, comparison?.paired ?? false),
    )
  if (kind === 'in' && comparison?.predicate.operand?.kind !== 'list')
    return arrayLiteral(equalValues(facts, frequency, rows, LIST[frequency]), facts.type)
  if (kind === 'in') {
    // Each of a list's parameters another value.
    const key = `${use.column?.table?.id} ${facts.name}`
    const nth = inLists.get(key) ?? 0
    inLists.set(key, nth + 1)
    return literalOf(facts, equalValues(facts, frequency, rows, nth + 1).at(-1))
  }
  const value = literalOf(facts, equalValue(facts, frequency, rows))
  // lower(email) = $1: the constant is an example of what the function gives, not of the column's type.
  return comparison?.predicate.subject?.expression && facts.category !== 'S' ? null : value
}

const literalOf = (facts: ColumnFacts, value: string | undefined): string | null =>
  value === undefined ? null : literal(value, facts.type)

/** A beginning of a real value for LIKE; within it where the pattern begins with a wildcard. */
function patternFor(value: string | undefined, predicate: Predicate | undefined): string | null {
  if (value === undefined) return null
  const part = [...value.replace(/[%_\\]/g, '')].slice(0, 6).join('')
  if (predicate?.operator.startsWith('~')) return literal(part.replace(/\W/g, '.'), 'text')
  return literal(predicate?.pattern === 'unknown' ? `${part}%` : part, 'text')
}

/** One scalar key of a document that there is; the operator `?` and its kin ask for its name alone. */
function documentOf(facts: ColumnFacts, operator: string, frequency: Frequency): string | null {
  const texts = [...(facts.mostCommon?.values ?? []), ...(facts.histogram ?? [])]
  for (const text of frequency === 'rare' ? texts.toReversed() : texts) {
    const pair = scalarPair(text)
    if (!pair) continue
    if (operator === '?') return literal(pair[0], 'text')
    if (operator === '?|' || operator === '?&') return arrayLiteral([pair[0]], 'text')
    if (operator === '@>' || operator === '<@')
      return literal(JSON.stringify(Object.fromEntries([pair])), 'jsonb')
    return null
  }
  return operator === '@>' ? literal('{"a": 1}', 'jsonb') : null
}

function scalarPair(text: string): readonly [string, unknown] | undefined {
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined
    return Object.entries(document).find(([, v]) => typeof v !== 'object' || v === null)
  } catch {
    return undefined
  }
}

/** By parameter, the predicate in which it is compared. */
function comparisonsOf(model: StatementModel): ReadonlyMap<number, Comparison> {
  const found = new Map<number, Comparison>()
  const all = model.scopes.flatMap((s) => s.predicates.flatMap((p) => [p, ...p.arms.flat()]))
  const ranges = all.filter((p) => p.kind === 'range')
  const sides = (p: Predicate): readonly Predicate[] =>
    ranges.filter(
      (r) =>
        r.subject?.column.table === p.subject?.column.table &&
        r.subject?.column.name === p.subject?.column.name,
    )
  for (const predicate of all) {
    const operators = new Set(sides(predicate).map((r) => r.operator.replace(/^row /, '')[0]))
    const paired = predicate.upper !== undefined || operators.size > 1
    const isUpper = /^(row )?</.test(predicate.operator)
    for (const number of numbersIn(predicate.operand)) found.set(number, { predicate, paired, isUpper })
    for (const number of numbersIn(predicate.upper)) found.set(number, { predicate, paired, isUpper: true })
  }
  return found
}

function numbersIn(operand: Predicate['operand']): readonly number[] {
  if (operand?.kind === 'parameter') return [operand.number]
  if (operand?.kind === 'list') return operand.items.flatMap(numbersIn)
  return operand?.kind === 'expression' ? parametersIn(operand.node) : []
}

function parametersIn(node: Node): number[] {
  const found: number[] = []
  walk([node], (inner) => {
    const number = as(inner, 'ParamRef')?.number
    if (number !== undefined) found.push(number)
    return as(inner, 'SubLink') ? false : undefined
  })
  return found
}

/** Whether a parameter is added to or taken from something: `current_date + $1`. */
const isOffset = (operand: Predicate['operand'], number: number): boolean =>
  operand?.kind === 'expression' &&
  /^[+-]$/.test(lastName(as(operand.node, 'A_Expr')?.name)) &&
  parametersIn(operand.node).includes(number)

const argumentsOf = (node: Node): readonly number[] =>
  (as(node, 'FuncCall')?.args ?? []).flatMap((a) => as(a, 'ParamRef')?.number ?? [])
