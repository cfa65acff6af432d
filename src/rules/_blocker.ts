import { formatSeconds } from '../core/format.ts'
import { quoteLiteral } from '../core/identifier.ts'
import type { Evidence } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import { nameProcess } from '../derived/_server-process.ts'
import { beforeEnding, nameSession } from '../derived/_session.ts'
import type blockingTree from '../derived/blocking-tree.ts'

/** The head of a queue: a session, a process of the server, or a prepared transaction, which only its name can end. */
type Blocker = Row<typeof blockingTree>

/** How a sentence names it. */
export function nameBlocker(blocker: Blocker): string {
  const { pid, backend_type, query: task } = blocker
  if (backend_type !== null) return nameProcess(pid, { backend_type, task })
  if (pid !== 0) return nameSession(blocker)
  if (blocker.transaction === null) return 'A prepared transaction'
  return `The prepared transaction ${blocker.transaction}${blocker.user ? ` of ${blocker.user}` : ''}`
}

/** What it does, to follow a sentence about it; nothing where that is not known. */
export function stateOf({ pid, state, state_seconds: seconds }: Blocker): string {
  if (pid !== 0) return state ? `; it is ${state}` : ''
  return seconds === null ? '' : `; it was prepared ${formatSeconds(seconds)} ago`
}

/** How it ends, or why it is not to be ended, as a sentence to follow others. */
export function endOf({ transaction, database, backend_type: type, protected: spared }: Blocker): string {
  if (type !== null && spared !== null)
    return `${beforeEnding(spared)} Let it finish, or cancel what waits for it.`
  if (type === 'autovacuum worker') {
    // DeadLockCheck (deadlock.c, DS_BLOCKED_BY_AUTOVACUUM): never one against wraparound.
    return ' It gives way by itself: PostgreSQL cancels it for a session that has waited for deadlock_timeout.'
  }
  if (transaction === null) return beforeEnding(spared)
  const where = database === null ? 'its database' : `the database ${database}`
  return ` It ends by COMMIT PREPARED ${quoteLiteral(transaction)} or ROLLBACK PREPARED ${quoteLiteral(transaction)} in ${where}.`
}

/** Who it is, for the evidence. */
export const evidenceOf = (blocker: Blocker): Evidence =>
  blocker.pid === 0
    ? {
        transaction: blocker.transaction,
        owner: blocker.user,
        database: blocker.database,
        age: blocker.state_seconds,
      }
    : {
        pid: blocker.pid,
        state: blocker.state,
        query: blocker.query,
        ...(blocker.backend_type !== null && { backend_type: blocker.backend_type }),
      }
