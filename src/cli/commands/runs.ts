import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../../core/action.ts'
import { AppError } from '../../core/errors.ts'
import { mendedBy } from '../../core/mended.ts'
import type { FindingRecord, Store } from '../../core/store.ts'
import { refuseOver, requestCancel } from '../../operations/cancel.ts'
import { findRun } from '../../operations/find-run.ts'
import { listRuns, runOf } from '../../operations/list-runs.ts'
import { renderRun } from '../../render/plan.ts'
import { renderRuns, type ToldRun } from '../../render/runs.ts'
import { openStore } from '../../store/open-store.ts'
import { atMost, defineCommand, numberOption, type Values } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { storePathOf } from '../host.ts'
import type { Io } from '../io.ts'
import { statusLine } from '../status-line.ts'
import { somebody } from '../with-care.ts'

const LOOK = 200

const OPTIONS = {
  target: { type: 'string', value: 'id', help: 'Only of this target' },
  limit: { type: 'string', value: 'number', help: 'At most so many; default 20' },
  store: { type: 'string', value: 'file', help: 'The history; default ~/.local/share/pgtend/history.db' },
  config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  json: { type: 'boolean', help: 'With their plans, as JSON' },
} as const

export default defineCommand({
  name: 'runs',
  summary: 'Which actions were run, by whom, and what they came to; and cancel one',
  usage: ['pgtend runs [--target <id>] [--limit <number>] [--json]', 'pgtend runs cancel <run> [--json]'],
  doc: 'Reads the history file, also while pgtend serve uses it. Newest first. cancel asks the process that runs it to end it, whichever that is, and waits until it has; the run is an id, or its beginning. Where that process is gone it says so. Exit code of cancel 0: cancelled; 1: it ended in another way before.',
  options: OPTIONS,
  async run(values, positionals, io) {
    const [form, id] = positionals
    if (form !== undefined && form !== 'cancel')
      throw new AppError('usage', `pgtend runs knows only cancel, not "${form}"`)
    if (form === 'cancel' && id === undefined)
      throw new AppError('usage', 'say which run: pgtend runs lists them')
    atMost('runs', positionals, 2)
    const limit = numberOption('limit', values.limit, { least: 1, most: 1_000, whole: true }) ?? 20
    const path = storePathOf(io, values.store, await loadConfig(io, values.config))
    if (!existsSync(path)) throw new AppError('no-store', `${path} does not exist: nothing was run yet`)
    const store = await openStore({ path })
    try {
      return await (id === undefined ? list(store, limit, values, io) : cancel(store, id, values, io))
    } finally {
      await store.close()
    }
  },
})

type Given = Values<typeof OPTIONS>

async function list(store: Store, limit: number, { target, json }: Given, io: Io): Promise<number> {
  const runs = await listRuns(store.ledger, { limit, ...(target === undefined ? {} : { target }) })
  const told = await withMended(store, runs)
  if (json) io.out(`${JSON.stringify(told, null, 2)}\n`)
  else io.out(told.length === 0 ? 'Nothing was run yet.\n' : renderRuns(told, io))
  return 0
}

async function withMended(store: Store, runs: readonly Run[]): Promise<readonly ToldRun[]> {
  const records = new Map<string, readonly FindingRecord[]>()
  for (const [target, own] of Map.groupBy(runs, (r) => r.plan.target))
    records.set(target, await store.findings(target, Math.min(...own.map((r) => r.startedAt))))
  return runs.map((run) => ({ ...run, mended: mendedBy(run.id, records.get(run.plan.target) ?? []) }))
}

async function cancel({ ledger }: Store, id: string, { json }: Given, io: Io): Promise<number> {
  await requestCancel(ledger, id, somebody().name)
  const status = statusLine(io)
  status.say('asked the process that runs it')
  try {
    for (;;) {
      const { value: job } = await findRun(ledger, id)
      if (job.status !== 'running') {
        status.clear()
        io.out(json ? `${JSON.stringify(runOf(job), null, 2)}\n` : renderRun(runOf(job), io))
        return job.status === 'cancelled' ? 0 : 1
      }
      // Its process may have died before it saw the request.
      await refuseOver(ledger, job)
      await sleep(LOOK)
    }
  } finally {
    status.clear()
  }
}
