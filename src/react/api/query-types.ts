import type { ReportProgress } from '../../optimizer/report.ts'

export type {
  AffectedStatement,
  Confidence,
  DropAdvice,
  IndexAdvice,
  UnhelpedStatement,
  WorkloadAdvice,
} from '../../optimizer/advice.ts'
export type { PlanFinding } from '../../optimizer/analyse-plan.ts'
/** `OptimizeState`: the answer of `GET /api/optimize`, and of the POSTs that start and cancel a run. */
export type { OptimizeProgress, OptimizeReport, OptimizeState } from '../../optimizer/optimize-run.ts'
export type { Explained, PlanNode } from '../../optimizer/plan-node.ts'
/** `QueryList`: the answer of `GET /api/queries`. */
export type { QueryList, QuerySummary } from '../../optimizer/query-list.ts'
/** `QueryReport`: the answer 200 of `GET /api/queries/:id/report` and of `POST /api/queries/report`. */
export type {
  CurrentFigures,
  PlannedPart,
  PlannedRewrite,
  QueryReport,
  ReportFinding,
  ReportGap,
  ReportProgress,
} from '../../optimizer/report.ts'

/** The answer 202 of `GET /api/queries/:id/report` and of `POST /api/queries/report`: ask `GET /api/queries/:id/report` again. */
export interface ReportPending {
  readonly id: string
  readonly progress: ReportProgress
}
