/** Makes the report on one statement (SPEC Q8): what the text, the planner's plan and the index advisor say. Executes it nowhere. */
import { AppError } from './core/errors.ts'
import { adviseIndexes } from './optimizer/advise.ts'
import { analysePlan } from './optimizer/analyse-plan.ts'
import { buildModel } from './optimizer/build-model.ts'
import { lint } from './optimizer/lint.ts'
import type { LintFigures } from './optimizer/lint-rule.ts'
import { namedTables } from './optimizer/named-tables.ts'
import { loadParser, type ParsedStatement, parseStatement } from './optimizer/parse.ts'
import { planRewrites, planStatement, type StatementPlan } from './optimizer/plan-statement.ts'
import {
  byGain,
  type CurrentFigures,
  type PlannedPart,
  type QueryReport,
  type ReportGap,
  type ReportProgress,
  reportFindings,
} from './optimizer/report.ts'
import { rewrite } from './optimizer/rewrite.ts'
import { type Gap, type SchemaFacts, searchPathOf } from './optimizer/schema.ts'
import type { StatementActivity, WorkloadStatement } from './optimizer/workload.ts'
import type { PrivatePlanners } from './private-planners.ts'
import type { Planner } from './shadow/shadow.ts'

/** A statement that a report is asked for. */
export interface AskedStatement {
  readonly sql: string
  /** Where it came from pg_stat_statements. */
  readonly queryId?: string
  /** Likewise; false: it ran inside a function. */
  readonly toplevel?: boolean
  /** It is planned as this role, whose row security and settings apply. */
  readonly role?: string
  /** Over the role's settings: `request.jwt.claims` for policies that look at them. */
  readonly settings?: Readonly<Record<string, string>>
  readonly current?: CurrentFigures
  /** What it did since its statistics began, where it didn't run in the window. */
  readonly observed?: Pick<StatementActivity, 'calls' | 'seconds' | 'rows' | 'blocks'>
  /** Why it can not be planned here, where that is known beforehand. */
  readonly gap?: ReportGap
  /** Schema of the extension pg_trgm, where it is installed. */
  readonly trigram?: string
}

export interface MakeReportOptions {
  /** Plans it on the watched database: only where that was asked for. */
  readonly onServer?: (asked: AskedStatement) => Promise<PlannedPart>
  readonly target: string
  readonly planners: PrivatePlanners
  readonly onProgress?: (progress: ReportProgress) => void
  readonly signal?: AbortSignal
}

/** Without a private planner the text still tells something. */
const NO_PLANNER: ReadonlySet<string> = new Set(['no-shadow', 'needs-direct', 'server-failed', 'cannot-plan'])
/** What the advisor is told of a statement that was not seen: all of a second's time was its own. */
const UNSEEN = { calls: 1, seconds: 1, rows: 0, blocks: 0 }

/**
 * Throws AppError: those of `parseStatement`, `unknown-target`, and what `connect` throws. Where there is no private planner for the target, the
 * report has what the text alone shows, and says why.
 */
export async function makeReport(asked: AskedStatement, options: MakeReportOptions): Promise<QueryReport> {
  await loadParser()
  const parsed = parseStatement(asked.sql)
  const { planners, target, onProgress, onServer } = options
  if (asked.gap) return textReport(asked, parsed, [asked.gap])
  const served = await onServer?.(asked)
  onProgress?.({ step: planners.isBusy(target) ? 'waiting' : 'rebuild', done: 0 })
  const roles = asked.role === undefined ? [] : [asked.role]
  let begun = false
  try {
    return await planners.use(target, { tables: namedTables([{ parsed }]), roles }, (planner) => {
      begun = true
      return plannedReport(asked, parsed, planner, { ...options, served })
    })
  } catch (error) {
    if (begun || !(error instanceof AppError) || !NO_PLANNER.has(error.code)) throw error
    const { message, remedy } = error
    const gaps = (served ? (['indexes'] as const) : (['plan', 'indexes'] as const)).map((part) => ({
      ...{ part, reason: message, remedy },
    }))
    return textReport(asked, parsed, gaps, { served })
  }
}

/** What is known without asking a planner. */
function textReport(
  asked: AskedStatement,
  parsed: ParsedStatement,
  gaps: readonly ReportGap[],
  { schema, served }: { readonly schema?: SchemaFacts; readonly served?: PlannedPart | undefined } = {},
): QueryReport {
  const model = modelOf(parsed, schema)
  const planned = served ? analysePlan(served.explained, schema?.tables) : []
  const why = gaps[0]?.reason ?? 'it was not planned'
  return {
    ...headOf(asked, parsed),
    findings: reportFindings(lint(model, figuresOf(asked)), planned),
    ...(served ? { plan: served } : {}),
    rewrites: byGain(rewrite(model, figuresOf(asked)).map((r) => ({ ...r, why }))),
    ...{ indexes: [], gaps },
  }
}

async function plannedReport(
  asked: AskedStatement,
  parsed: ParsedStatement,
  { whatIf, schema }: Planner,
  { onProgress, signal, served }: MakeReportOptions & { readonly served: PlannedPart | undefined },
): Promise<QueryReport> {
  const gaps = schema.gaps.map(schemaGap)
  onProgress?.({ step: 'plan', done: 0 })
  signal?.throwIfAborted()
  const statement = statementOf(asked, parsed)
  let planned: StatementPlan
  try {
    planned = await planStatement(whatIf, statement, schema, asked.settings)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'cannot-plan') throw error
    return textReport(asked, parsed, [{ part: 'plan', reason: error.detail }, ...gaps], { schema, served })
  }
  const part = served ?? planned.part
  const { explained } = part
  const model = modelOf(parsed, schema)
  const figures = figuresOf(asked, explained.plan['Plan Rows'])
  const rewrites = await planRewrites(whatIf, planned, rewrite(model, figures), (done, total) => {
    signal?.throwIfAborted()
    onProgress?.({ step: 'rewrites', done, total })
  })
  onProgress?.({ step: 'indexes', done: 0 })
  const { parsed: _, queryIds: __, ...activity } = statement
  const entry: StatementActivity = {
    ...activity,
    queryId: asked.queryId ?? '',
    text: parsed.source.text,
  }
  const advice = await adviseIndexes({
    ...{ entries: [entry], window: asked.current?.window ?? 1, schema, whatIf },
    searchPath: searchPathOf(schema),
    onProgress: ({ done, total }) =>
      onProgress?.({ step: 'indexes', done, ...(total === undefined ? {} : { total }) }),
    ...(asked.trigram === undefined ? {} : { trigram: asked.trigram }),
    ...(signal ? { signal } : {}),
  })
  const withheld = advice.withheld ? [{ part: 'indexes' as const, ...advice.withheld }] : []
  return {
    ...headOf(asked, parsed),
    findings: reportFindings(lint(model, figures), analysePlan(explained, schema.tables)),
    plan: part,
    rewrites: byGain(rewrites),
    indexes: advice.indexes,
    gaps: [...withheld, ...gaps],
  }
}

const headOf = (asked: AskedStatement, parsed: ParsedStatement) => ({
  at: Date.now(),
  sql: asked.sql,
  fingerprint: parsed.fingerprint,
  ...(asked.queryId === undefined ? {} : { queryId: asked.queryId }),
  ...(asked.toplevel === undefined ? {} : { toplevel: asked.toplevel }),
  ...(asked.current ? { current: asked.current } : {}),
})

const modelOf = (parsed: ParsedStatement, schema: SchemaFacts | undefined) =>
  buildModel(parsed, schema ? { tables: schema.tables, searchPath: searchPathOf(schema) } : {})

/** Rows of one execution: as counted, else as planned. */
function figuresOf({ current, observed }: AskedStatement, estimated?: number): LintFigures {
  const since = observed && observed.calls > 0 ? observed.rows / observed.calls : undefined
  const rowsPerCall = current?.rowsPerCall ?? since ?? estimated
  return rowsPerCall === undefined ? {} : { rowsPerCall }
}

function statementOf(
  { role, queryId, current, observed }: AskedStatement,
  parsed: ParsedStatement,
): WorkloadStatement {
  const seen = current && {
    calls: current.calls,
    seconds: current.total,
    rows: current.calls * current.rowsPerCall,
    blocks: current.calls * current.blocksPerCall,
  }
  return {
    ...(seen ?? observed ?? UNSEEN),
    parsed,
    queryIds: queryId === undefined ? [] : [queryId],
    ...(role === undefined ? {} : { role }),
  }
}

const schemaGap = ({ object, reason, remedy }: Gap): ReportGap => ({
  part: 'schema',
  reason: `${object}: ${reason}`,
  ...(remedy === undefined ? {} : { remedy }),
})
