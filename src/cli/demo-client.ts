import { ERRORS } from '../core/error-table.ts'
import { AppError, type ErrorCode } from '../core/errors.ts'
import type { DemoState } from './demo-app.ts'
import { readMark } from './demo-folder.ts'

/** The running demo of this folder, over HTTP. */
export interface DemoClient {
  readonly url: string
  state(): Promise<DemoState>
  setFault(name: string, on: boolean): Promise<DemoState>
  setRate(rate: number): Promise<DemoState>
}

/** Finds the demo that runs in the folder. Throws AppError `no-demo`. */
export async function findDemo(folder: string): Promise<DemoClient> {
  const mark = await readMark(folder)
  if (mark?.url === undefined) throw new AppError('no-demo', folder)
  const { url } = mark
  const client: DemoClient = {
    url,
    state: () => ask(url, '/api/demo'),
    setFault: (name, on) => ask(url, `/api/demo/faults/${encodeURIComponent(name)}`, { on }),
    setRate: (rate) => ask(url, '/api/demo/workload', { rate }),
  }
  await client.state()
  return client
}

async function ask(base: string, path: string, body?: unknown): Promise<DemoState> {
  const init: RequestInit =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  let response: Response
  try {
    response = await fetch(new URL(path, base), init)
  } catch (error) {
    throw new AppError('no-demo', `nothing answers at ${base}`, { cause: error })
  }
  const answer = (await response.json().catch(() => undefined)) as
    | (DemoState & { readonly error?: { readonly code: string; readonly detail: string } })
    | undefined
  if (answer?.error) {
    const { code, detail } = answer.error
    throw new AppError(code in ERRORS ? (code as ErrorCode) : 'internal', detail)
  }
  // Another program may have the port by now.
  if (!response.ok || !Array.isArray(answer?.faults))
    throw new AppError('no-demo', `another program answers at ${base}`)
  return answer
}
