import type { MaintenanceReport } from '../core/maintenance.ts'
import { mendedBy } from '../core/mended.ts'
import type { Ports } from './ports.ts'

/** Reports with what became of the findings that their actions were to mend, as the history has it by now. */
export async function withMended(
  { findings }: Pick<Ports, 'findings'>,
  target: string,
  reports: readonly MaintenanceReport[],
): Promise<readonly MaintenanceReport[]> {
  const oldest = Math.min(...reports.map((r) => r.startedAt))
  if (!findings || !Number.isFinite(oldest)) return reports
  const records = await findings(target, oldest)
  return reports.map((report) => ({
    ...report,
    actions: report.actions.map((action) => {
      const mended = action.run === undefined ? [] : mendedBy(action.run, records)
      return mended.length > 0 ? { ...action, mended } : action
    }),
  }))
}
