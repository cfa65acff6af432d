import type { Command } from './command.ts'

/** How each command is loaded: only the one that is called. In the order of the help. */
export const COMMANDS: Readonly<Record<string, () => Promise<{ readonly default: Command }>>> = {
  check: () => import('./commands/check.ts'),
  watch: () => import('./commands/watch.ts'),
  serve: () => import('./commands/serve.ts'),
  doctor: () => import('./commands/doctor.ts'),
  demo: () => import('./commands/demo.ts'),
}
