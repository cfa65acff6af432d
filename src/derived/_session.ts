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
