import { whyProtected } from '../core/protected-session.ts'

/** How a finding about one session is identified. */
export const sessionSubject = (pid: number): string => `pid ${pid}`

/** How a finding about a prepared transaction is identified; without its name where that is not known. */
export const preparedSubject = (name: string | undefined): string =>
  name === undefined ? 'prepared transaction' : `prepared transaction ${name}`

/** How a sentence names a session. */
export function nameSession(session: {
  readonly pid: number
  readonly application: string | null
  readonly user: string | null
}): string {
  const who = session.application || session.user
  return who ? `${who} (pid ${session.pid})` : `Session ${session.pid}`
}

/** Why a client's session is not to be ended and its idling is no fault, or undefined. */
export const whySpared = (client: {
  readonly application: string | null
  readonly user: string | null
}): string | undefined =>
  whyProtected({ user: client.user, application: client.application ?? '', backendType: 'client backend' })

/** What to know before ending a session, as a sentence that follows others; nothing where nobody spares it. */
export const beforeEnding = (spared: string | null | undefined): string =>
  spared ? ` It is not to be ended: ${spared}.` : ''
