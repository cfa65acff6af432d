import type { LeftOut } from '../core/backup.ts'
import { type BulkSession, stateOf } from '../postgres/bulk-session.ts'

/** Neither rows nor structure nor who sees which rows: policies are not among them. */
const KINDS =
  /^(?:COMMENT ON|GRANT|REVOKE|SECURITY LABEL|ALTER DEFAULT PRIVILEGES|(?:CREATE|ALTER) (?:EVENT TRIGGER|PUBLICATION|SUBSCRIPTION))\b/
const OWNER = /^ALTER [\s\S]* OWNER TO (?:"(?:[^"]|"")+"|[^\s";]+);?$/

/** Whether a restore is still worth having without a statement of pg_dump's: owners, grants, comments, events, replication. */
export const canBeLeftOut = (statement: string): boolean => KINDS.test(statement) || OWNER.test(statement)

/** The right is missing, or what it names is not there: a role, or what was left out before. */
const STATES = new Set(['42501', '42704'])
/** Warnings of GRANT and REVOKE that nothing, or not all of it, was done. */
const WARNINGS = new Set(['01006', '01007'])

/**
 * Runs statements in an open transaction; those that can be left out, and that the role has no right to, leave it as it
 * was and are handed to `onLeftOut`. Rejects with the server's error of any other.
 */
export function leavingOut(
  session: BulkSession,
  onLeftOut: (left: LeftOut) => void,
): (statement: string) => Promise<unknown> {
  let warning: string | undefined
  session.onNotice((state, message) => {
    if (WARNINGS.has(state)) warning = message
  })
  return async (statement) => {
    if (!canBeLeftOut(statement)) return session.script(statement)
    warning = undefined
    await session.script('SAVEPOINT pgtend')
    try {
      await session.script(statement)
      await session.script('RELEASE SAVEPOINT pgtend')
      if (warning !== undefined) onLeftOut({ statement, reason: warning })
    } catch (error) {
      if (!STATES.has(stateOf(error) ?? '')) throw error
      await session.script('ROLLBACK TO SAVEPOINT pgtend')
      onLeftOut({ statement, reason: (error as Error).message })
    }
  }
}
