import { whyProtected } from '../core/protected-session.ts'

/** How a finding about one session is identified. */
export const sessionSubject = (pid: number): string => (pid === 0 ? 'prepared transaction' : `pid ${pid}`)

/** How a sentence names a session. */
export function nameSession(session: {
  readonly pid: number
  readonly application: string | null
  readonly user: string | null
}): string {
  if (session.pid === 0) return 'A prepared transaction'
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
