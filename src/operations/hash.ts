import { createHash } from 'node:crypto'
import type { Plan } from '../core/action.ts'

/**
 * SHA-256, in hexadecimal, of what a person approves: action, input, target, subjects, statements with their values,
 * time-outs, undo and clean-up, and which sessions are hit. What moves by itself is not in it: sizes, the state of a
 * session, words. Independent of the order of keys and of hits.
 */
export function planHash(plan: Omit<Plan, 'hash'>): string {
  const { action, input, target, subjects, steps, hits = [] } = plan
  const sessions = hits.map(({ pid, backendStart }) => [pid, backendStart]).sort(bySession)
  const said = canonical({ action, input, target, subjects: [...subjects].sort(), steps, hits: sessions })
  return createHash('sha256').update(said).digest('hex')
}

const bySession = (a: readonly unknown[], b: readonly unknown[]): number =>
  canonical(a) < canonical(b) ? -1 : 1

/** JSON with the keys of every object in order, and without undefined ones. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`
}
