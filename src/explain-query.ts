import type { Query } from './core/action.ts'
import { AppError } from './core/errors.ts'
import { buildModel } from './optimizer/build-model.ts'
import { isParserLoaded, loadParser, type ParsedStatement, parseStatement } from './optimizer/parse.ts'
import { type Explained, parsePlan } from './optimizer/plan-node.ts'
import { parameterCount, plannableText } from './optimizer/plannable.ts'
import { calledBy, HARMLESS, whyNotReading } from './optimizer/read-only.ts'
import type { Explainer } from './postgres/explain.ts'
import { relationsNamed, volatileOf } from './postgres/side-effects.ts'

export interface ExplainOptions {
  /** Text of each parameter; without them it is planned generically. */
  readonly values?: readonly (string | null)[]
  readonly role?: string
  /** Settings of the role: search_path, planner settings. */
  readonly settings?: Readonly<Record<string, string>>
  /** `request.jwt.claims` as PostgREST sets them, for policies that look at them. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Executes the statement, if it is shown to only read. */
  readonly analyze?: boolean
  /** ms; default 5000. */
  readonly timeout?: number
}

export interface QueryPlan {
  readonly explained: Explained
  readonly parsed: ParsedStatement
  /** Planned for any values of its parameters: an estimate, not what a given value would get. */
  readonly generic: boolean
  readonly role: string
  /** What to know about it, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Plans a statement on the watched database, and executes it only where asked and shown to only read. Throws AppError: those of
 * `parseStatement`, `cannot-explain`, `not-read-only`, `unreachable`.
 */
export async function explainQuery(
  explainer: Explainer,
  text: string,
  options: ExplainOptions = {},
): Promise<QueryPlan> {
  if (!isParserLoaded()) await loadParser()
  const { values, role, settings, claims, analyze = false, timeout } = options
  const parsed = parseStatement(text)
  if (analyze) refuseWriting(parsed)
  const reply = await explainer.explain({
    sql: plannableText(parsed),
    parameters: parameterCount(parsed),
    settings: { ...settings, ...claimsOf(role, claims) },
    ...(values && { values }),
    ...(role !== undefined && { role }),
    ...(timeout !== undefined && { timeout }),
    ...(analyze && { analyze: { prove: (ask: Query) => proveReading(ask, parsed) } }),
  })
  const generic = parameterCount(parsed) > 0 && !values
  const notes = [
    ...(reply.otherRole ? [`Planned as ${reply.role}, not as ${role}: ${reply.otherRole}`] : []),
    ...(generic ? ['Planned for any values of its parameters; a given value may get another plan'] : []),
  ]
  return { explained: parsePlan(reply.json), parsed, generic, role: reply.role, notes }
}

/**
 * Claims that policies look at. For a role there are always some, as with PostgREST: in a session that has had them once, none would read as
 * an empty text, which is no JSON.
 */
const claimsOf = (role: string | undefined, claims: ExplainOptions['claims']): Record<string, string> =>
  role === undefined && claims === undefined ? {} : { 'request.jwt.claims': JSON.stringify(claims ?? {}) }

function refuseWriting(parsed: ParsedStatement): void {
  const why = whyNotReading(buildModel(parsed))
  if (why) throw new AppError('not-read-only', why)
}

/** How deep views are looked into. */
const DEEPEST = 20

/** Throws `not-read-only` where a function, operator, cast, view or policy that the statement runs may change something. */
async function proveReading(ask: Query, parsed: ParsedStatement, depth = 0): Promise<void> {
  refuseWriting(parsed)
  const called = calledBy(parsed)
  const [strange] = await volatileOf(ask, called, HARMLESS)
  if (strange) throw new AppError('not-read-only', `${strange} is volatile: it may change something`)
  for (const { name, kind, definition, policies } of await relationsNamed(ask, called.relations)) {
    if (kind === 'f')
      throw new AppError('not-read-only', `${name} is a foreign table: another server would be asked`)
    const inner = [...(definition === null ? [] : [definition]), ...policies.map((p) => `SELECT ${p}`)]
    if (depth >= DEEPEST) throw new AppError('not-read-only', `${name} is nested too deeply to look into`)
    for (const sql of inner) await proveReading(ask, parseStatement(sql), depth + 1)
  }
}
