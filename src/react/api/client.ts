import type { Problem } from './types.ts'

/** What the server, or the way to it, answered instead of data. */
export class ApiError extends Error {
  readonly code: string
  readonly remedy: string
  /** HTTP status; 0 when nothing answered. */
  readonly status: number

  constructor(status: number, problem: Problem) {
    super(problem.message)
    this.name = 'ApiError'
    this.code = problem.code
    this.remedy = problem.remedy
    this.status = status
  }
}

/** Reads JSON from pgtend's HTTP API. Throws ApiError. */
export async function getJson<T>(address: string, signal?: AbortSignal): Promise<T> {
  return request<T>(address, { headers: { accept: 'application/json' }, signal: signal ?? null })
}

/** Posts JSON to pgtend's HTTP API. Throws ApiError. */
export async function postJson<T>(address: string, body: unknown): Promise<T> {
  return request<T>(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  })
}

async function request<T>(address: string, init: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(address, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, {
      code: 'no-answer',
      message: 'pgtend does not answer',
      remedy: 'Check that pgtend serve is still running. This page tries again by itself.',
    })
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body as T
  throw new ApiError(response.status, problemOf(body, response.status))
}

function problemOf(body: unknown, status: number): Problem {
  const error = (body as { error?: Partial<Problem> & { detail?: string } } | undefined)?.error
  if (!error?.message)
    return {
      code: `http-${status}`,
      message: `pgtend answered with status ${status}`,
      remedy: 'Reload the page; if it stays, see the log of pgtend serve.',
    }
  const message = error.detail ? `${error.message}: ${error.detail}` : error.message
  return { code: error.code ?? `http-${status}`, message, remedy: error.remedy ?? '' }
}
