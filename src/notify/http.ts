/** An attempt that takes longer has failed. Well below the lease of a letter (outbox.ts). */
export const PATIENCE = 10_000

/** An attempt that failed. `retryAfter`: the receiver asked not to come back before so many milliseconds. */
export class Undelivered extends Error {
  readonly retryAfter: number | undefined

  constructor(message: string, retryAfter?: number) {
    super(message)
    this.name = 'Undelivered'
    this.retryAfter = retryAfter
  }
}

/** Posts JSON. Throws Undelivered, never with the address in it: addresses of receivers are secrets. */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'pgtend', ...headers },
      body,
      // A receiver elsewhere was not configured; it must not get what this one was meant to have.
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    })
  } catch (error) {
    throw new Undelivered(reasonOf(error))
  }
  // Not waited for: the sooner the answer is noted, the seldomer a kill sends it twice.
  void response.body?.cancel().catch(() => undefined)
  if (response.ok) return
  throw new Undelivered(`the receiver answered ${response.status}`, retryAfter(response.headers))
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed'
  if (error.name === 'TimeoutError') return `no answer within ${PATIENCE / 1000} s`
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException
  return code === undefined ? 'the request failed' : `the request failed: ${code}`
}

/** Seconds or a date, as RFC 9110 has it; at most an hour. */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 3_600_000) : undefined
}
