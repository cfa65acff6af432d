import type { Command } from './command.ts'
import { boundHeap } from './heap.ts'

type Load = () => Promise<{ readonly default: Command }>

/** Of what runs for weeks: the engine must know before it has made room for loading all the code. */
const lasting =
  (load: Load): Load =>
  () => {
    boundHeap()
    return load()
  }

/** How each command is loaded: only the one that is called. In the order of the help. */
export const COMMANDS: Readonly<Record<string, Load>> = {
  check: () => import('./commands/check.ts'),
  watch: lasting(() => import('./commands/watch.ts')),
  serve: lasting(() => import('./commands/serve.ts')),
  alerts: () => import('./commands/alerts.ts'),
  optimize: () => import('./commands/optimize.ts'),
  explain: () => import('./commands/explain.ts'),
  act: () => import('./commands/act.ts'),
  findings: () => import('./commands/findings.ts'),
  runs: () => import('./commands/runs.ts'),
  undo: () => import('./commands/undo.ts'),
  maintain: () => import('./commands/maintain.ts'),
  recover: () => import('./commands/recover.ts'),
  measure: () => import('./commands/measure.ts'),
  doctor: () => import('./commands/doctor.ts'),
  backup: () => import('./commands/backup.ts'),
  capacity: () => import('./commands/capacity.ts'),
  success: () => import('./commands/success.ts'),
  sql: () => import('./commands/sql.ts'),
  demo: lasting(() => import('./commands/demo.ts')),
}
