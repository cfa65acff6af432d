import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from './core/errors.ts'
import type { TargetState } from './monitor/target-state.ts'
import { loadParser, parseStatement } from './optimizer/parse.ts'
import type { QueryList } from './optimizer/query-list.ts'
import type { QueryReport, ReportProgress } from './optimizer/report.ts'
import type { PrivatePlanners } from './private-planners.ts'
import { createQueryLister, statementIn } from './query-list.ts'
import { type AskedStatement, makeReport } from './query-report.ts'

/** A report, or how far its making is. */
export type ReportAnswer =
  | { readonly report: QueryReport }
  | { readonly id: string; readonly progress: ReportProgress }

/** The statements of watched targets, and reports on them: each made once, whoever asks, and kept for a while. */
export interface Queries {
  list(state: TargetState): Promise<QueryList>
  /**
   * Begins or joins the making of the report on a statement of the list (its id or queryid), or on a text given before.
   * Throws AppError: `unknown-query`, `no-statements`, and what `makeReport` throws, each time until it is asked for `fresh`.
   */
  report(state: TargetState, id: string, options?: { readonly fresh?: boolean }): Promise<ReportAnswer>
  /** The same for any text; waits at most `wait` ms for it. What can't be read is refused at once. */
  reportOn(state: TargetState, sql: string, wait: number): Promise<ReportAnswer>
  /** Ends what is being made. */
  stop(): Promise<void>
}

interface Task {
  readonly asked: AskedStatement
  progress: ReportProgress
  result?: { readonly report: QueryReport } | { readonly error: unknown }
  readonly ended: Promise<void>
  readonly stop: AbortController
}

/** Reports that are kept, over all targets. */
const MOST_REPORTS = 50

export function createQueries(planners: PrivatePlanners): Queries {
  const tasks = new Map<string, Task>()
  const list = createQueryLister()
  const keyOf = (target: string, id: string): string => JSON.stringify([target, id])

  const begin = (target: string, id: string, asked: AskedStatement): Task => {
    const stop = new AbortController()
    const making = makeReport(asked, {
      ...{ target, planners, signal: stop.signal },
      onProgress(progress) {
        task.progress = progress
      },
    })
    const task: Task = {
      ...{ asked, stop, progress: { step: 'waiting', done: 0 } },
      ended: making.then(
        (report) => {
          task.result = { report }
        },
        (error: unknown) => {
          task.result = { error }
        },
      ),
    }
    const key = keyOf(target, id)
    tasks.delete(key)
    tasks.set(key, task)
    for (const [old, { result }] of tasks) {
      if (tasks.size <= MOST_REPORTS) break
      if (result) tasks.delete(old)
    }
    return task
  }
  const answer = (id: string, { result, progress }: Task): ReportAnswer => {
    if (!result) return { id, progress }
    if ('error' in result) throw result.error
    return result
  }

  return {
    async list(state) {
      await loadParser()
      return list(state)
    },
    async report(state, id, { fresh = false } = {}) {
      await loadParser()
      const known = tasks.get(keyOf(state.id, id))
      if (known && (!known.result || !fresh)) return answer(id, known)
      const isText = known !== undefined && known.asked.queryId === undefined
      return answer(id, begin(state.id, id, isText ? known.asked : statementIn(state, id)))
    },
    async reportOn(state, sql, wait) {
      await loadParser()
      parseStatement(sql)
      const id = `text-${createHash('sha256').update(sql).digest('hex').slice(0, 20)}`
      const known = tasks.get(keyOf(state.id, id))
      const trigram = state.capabilities?.extensions.pg_trgm?.schema
      const asked: AskedStatement = { sql, ...(trigram === undefined ? {} : { trigram }) }
      const task = known && !known.result ? known : begin(state.id, id, asked)
      const given = new AbortController()
      await Promise.race([
        task.ended.finally(() => given.abort()),
        sleep(wait, undefined, { signal: given.signal }).catch(() => undefined),
      ])
      return answer(id, task)
    },
    async stop() {
      const running = [...tasks.values()].filter((t) => !t.result)
      for (const { stop } of running) stop.abort(new AppError('optimization-cancelled', 'pgtend stops'))
      await Promise.all(running.map((t) => t.ended))
    },
  }
}
