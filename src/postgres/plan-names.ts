import { sqlstateOf } from './outcome-of.ts'

/** Statements kept on the server at most: probes and the statements around them are some dozens. */
const MOST = 100

/** Names of the statements that a session keeps on the server. */
export interface PlanNames {
  /** The same name for the same text; undefined: to be sent in full. */
  nameOf(text: string): string | undefined
  /** From now on everything is sent in full. */
  stop(): void
}

export function createPlanNames(): PlanNames {
  const names = new Map<string, string>()
  let stopped = false
  return {
    nameOf(text) {
      if (stopped) return undefined
      const known = names.get(text)
      if (known !== undefined || names.size === MOST) return known
      const name = `pgtend_${names.size + 1}`
      names.set(text, name)
      return name
    },
    stop() {
      stopped = true
    },
  }
}

/**
 * Whether the server does not have the statement any more (26000: somebody said DEALLOCATE or DISCARD on the session), or
 * can't use it (0A000: what it reads has other columns now; 42P05: another client of the session took the name).
 */
export function isLostPlan(error: unknown): boolean {
  const code = sqlstateOf(error)
  return code === '26000' || code === '0A000' || code === '42P05'
}
