import { existsSync } from 'node:fs'
import type { Run } from '../../core/action.ts'
import { AppError } from '../../core/errors.ts'
import { type Mended, mendedBy } from '../../core/mended.ts'
import type { FindingRecord, Store } from '../../core/store.ts'
import { listRuns } from '../../operations/list-runs.ts'
import { renderMended } from '../../render/findings.ts'
import { renderTable } from '../../render/table.ts'
import { openStore } from '../../store/open-store.ts'
import { atMost, defineCommand, numberOption } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { storePathOf } from '../host.ts'
import type { Io } from '../io.ts'

export default defineCommand({
  name: 'runs',
  summary: 'Which actions were run, by whom, and what they came to',
  usage: ['pgtend runs [--target <id>] [--limit <number>] [--json]'],
  doc: 'Reads the history file, also while pgtend serve uses it. Newest first.',
  options: {
    target: { type: 'string', value: 'id', help: 'Only of this target' },
    limit: { type: 'string', value: 'number', help: 'At most so many; default 20' },
    store: { type: 'string', value: 'file', help: 'The history; default ~/.local/share/pgtend/history.db' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
    json: { type: 'boolean', help: 'With their plans, as JSON' },
  },
  async run(values, positionals, io) {
    atMost('runs', positionals, 0)
    const limit = numberOption('limit', values.limit, { least: 1, most: 1_000, whole: true }) ?? 20
    const path = storePathOf(io, values.store, await loadConfig(io, values.config))
    if (!existsSync(path)) throw new AppError('no-store', `${path} does not exist: nothing was run yet`)
    const store = await openStore({ path })
    try {
      const { target } = values
      const listed = await listRuns(store.ledger, { limit, ...(target === undefined ? {} : { target }) })
      const runs = await withMended(store, listed)
      io.out(values.json ? `${JSON.stringify(runs, null, 2)}\n` : table(runs, io))
    } finally {
      await store.close()
    }
    return 0
  },
})

interface Told extends Run {
  /** Findings that it was to mend, and what came of them. */
  readonly mended: readonly Mended[]
}

async function withMended(store: Store, runs: readonly Run[]): Promise<readonly Told[]> {
  const byTarget = Map.groupBy(runs, (r) => r.plan.target)
  const records = new Map<string, readonly FindingRecord[]>()
  for (const [target, own] of byTarget)
    records.set(target, await store.findings(target, Math.min(...own.map((r) => r.startedAt))))
  return runs.map((run) => ({ ...run, mended: mendedBy(run.id, records.get(run.plan.target) ?? []) }))
}

function table(runs: readonly Told[], io: Io): string {
  if (runs.length === 0) return 'Nothing was run yet.\n'
  const rows = runs.map(({ startedAt, plan, status, actor, verification, error, mended }) => [
    new Date(startedAt).toISOString().slice(0, 19),
    { text: status, tone: status === 'done' ? 'good' : 'warning' } as const,
    actor.name,
    [`${plan.summary}. ${error ?? verification?.detail ?? ''}`, renderMended(mended)]
      .filter(Boolean)
      .join('. '),
  ])
  return renderTable(
    [{ title: 'Began (UTC)' }, { title: 'Status' }, { title: 'By' }, { title: 'What', flexible: true }],
    rows,
    io,
  )
}
