import type { Run } from '../core/action.ts'
import { formatBytes, formatCount, plural } from '../core/format.ts'
import type { Change, Entry, Ledger } from '../core/ledger.ts'
import type { ActionReport, MaintenanceReport, ReportStatus } from '../core/maintenance.ts'

/** A report under way in the ledger, kind `maintenance`. */
export interface ReportRecord {
  readonly report: MaintenanceReport
  /** Writes what changed; the sums and the sentence follow by themselves. */
  write(change: Partial<MaintenanceReport>): Promise<void>
}

const change = (report: MaintenanceReport, version: number): Change<MaintenanceReport> => ({
  ...{ kind: 'maintenance', id: report.id, target: report.target, at: report.startedAt },
  ...{ version, value: report },
})

/** Begins a report in the ledger. A dry run is kept nowhere. */
export async function beginReport(ledger: Ledger, first: MaintenanceReport): Promise<ReportRecord> {
  let report = summed(first)
  let version = 0
  const put = async (): Promise<void> => {
    if (report.dryRun) return
    // Another process has called it interrupted: its word stands.
    if (await ledger.write([change(report, version)])) version++
  }
  await put()
  return {
    get report() {
      return report
    },
    async write(more) {
      report = summed({ ...report, ...more })
      await put()
    },
  }
}

export const reportsOf = (
  ledger: Ledger,
  target: string,
  limit = 50,
): Promise<readonly Entry<MaintenanceReport>[]> =>
  ledger.list<MaintenanceReport>('maintenance', { target, limit })

/**
 * Ends a report whose process is gone. What its actions came to is taken from their runs, which were recovered before.
 * Undefined when another process was quicker.
 */
export async function interrupt(
  ledger: Ledger,
  entry: Entry<MaintenanceReport>,
  runs: readonly Run[],
): Promise<MaintenanceReport | undefined> {
  const { value, version } = entry
  const actions = value.actions.map((action): ActionReport => {
    if (action.status !== 'running' && action.status !== 'planned') return action
    const run = runs.find((r) => isOf(r, action, value))
    if (run) return ofRun(action, run)
    return { ...action, status: 'interrupted', error: 'pgtend ended before it was begun' }
  })
  const report = summed({
    ...value,
    ...{ actions, status: 'interrupted', endedAt: Date.now(), reason: 'pgtend ended in the middle of it' },
  })
  return (await ledger.write([change(report, version)])) ? report : undefined
}

const isOf = (run: Run, action: ActionReport, { startedAt }: MaintenanceReport): boolean =>
  run.startedAt >= startedAt &&
  run.plan.action === action.action &&
  JSON.stringify(run.plan.input) === JSON.stringify(action.input)

/** What became of an action, by its run. */
export function ofRun(action: ActionReport, run: Run): ActionReport {
  const { id, status, startedAt, endedAt, error, verification } = run
  const { before } = run.plan
  const after = verification?.after
  const [was, is] = [before.size, after?.size]
  return {
    ...action,
    status: status === 'done' && verification?.ok === false ? 'failed' : status,
    run: id,
    ...(endedAt === undefined ? {} : { seconds: (endedAt - startedAt) / 1000 }),
    before,
    ...(after ? { after } : {}),
    bytesReclaimed: typeof was === 'number' && typeof is === 'number' ? Math.max(0, was - is) : null,
    ...(verification ? { detail: verification.detail } : {}),
    ...(error === undefined ? (verification?.ok === false ? { error: verification.detail } : {}) : { error }),
  }
}

/** The report with its sums and its sentence. */
function summed(report: MaintenanceReport): MaintenanceReport {
  const bytesReclaimed = report.actions.reduce((sum, a) => sum + (a.bytesReclaimed ?? 0), 0)
  const deadRowsRemoved = report.actions.reduce(
    (sum, { before, after }) =>
      after ? sum + Math.max(0, (before.dead_rows ?? 0) - (after.dead_rows ?? 0)) : sum,
    0,
  )
  const full = { ...report, bytesReclaimed, deadRowsRemoved }
  return { ...full, summary: sentence(full) }
}

const WORDS: Readonly<Record<ReportStatus, string>> = {
  running: 'Under way',
  done: 'Done',
  partly: 'Partly done',
  failed: 'Failed',
  paused: 'Not begun or stopped',
  interrupted: 'Interrupted',
}

function sentence(report: MaintenanceReport): string {
  const { actions, status, reason, bytesReclaimed, deadRowsRemoved, backup, dryRun } = report
  const done = actions.filter((a) => a.status === 'done').length
  const of = actions.length
  const said = [
    ...(reason === undefined ? [] : [reason]),
    ...(backup === undefined ? [] : [backup]),
    ...(of === 0 && backup === undefined && reason === undefined ? ['nothing called for it'] : []),
    ...(of === 0
      ? []
      : [dryRun ? `${plural(of, 'action')} planned` : `${done} of ${plural(of, 'action')} done`]),
    ...(deadRowsRemoved > 0 ? [`${formatCount(deadRowsRemoved)} dead rows removed`] : []),
    ...(bytesReclaimed > 0 ? [`${formatBytes(bytesReclaimed)} given back`] : []),
  ]
  return `${dryRun ? 'Dry run' : WORDS[status]}: ${said.join('; ')}.`
}
