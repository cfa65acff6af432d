import type { Action, Input } from '../core/action.ts'
import { AppError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'

const MOST_TEXT = 2_000

/** Refuses what an action doesn't take, lacks, or takes as another type. Throws AppError `bad-request`. */
export function checkInput(action: Action, input: Input): void {
  const names = Object.keys(action.input)
  for (const [name, value] of Object.entries(input)) {
    const spec = Object.hasOwn(action.input, name) ? action.input[name] : undefined
    if (!spec) {
      const close = nearest(name, names)
      const hint = close === undefined ? `it takes ${names.join(', ')}` : `did you mean ${close}?`
      throw wrong(`${action.name} takes no ${name}; ${hint}`)
    }
    if (typeof value !== (spec.type === 'text' ? 'string' : spec.type)) {
      throw wrong(`${name} must be a ${spec.type}`)
    }
    if (typeof value === 'number' && !Number.isFinite(value)) throw wrong(`${name} must be a number`)
    if (typeof value !== 'string') continue
    if (value === '') throw wrong(`${name} is empty`)
    if (value.length > MOST_TEXT) throw wrong(`${name} is too long`)
    // PostgreSQL has no text with a NUL, and a lone surrogate is no UTF-8.
    if (value.includes('\0') || !value.isWellFormed())
      throw wrong(`${name} is no text that PostgreSQL can hold`)
  }
  const missing = names.find((name) => !action.input[name]?.optional && input[name] === undefined)
  if (missing !== undefined) throw wrong(`${action.name} needs ${missing}: ${action.input[missing]?.help}`)
}

const wrong = (detail: string): AppError => new AppError('bad-request', detail)

/** An input as a person types it, `name=value`. Throws AppError `bad-request`. */
export function parseInput(action: Action, texts: readonly (readonly [name: string, text: string])[]): Input {
  const input = Object.fromEntries(texts.map(([name, text]) => [name, typed(action, name, text)]))
  checkInput(action, input)
  return input
}

function typed(action: Action, name: string, text: string): string | number | boolean {
  const type = Object.hasOwn(action.input, name) ? action.input[name]?.type : undefined
  if (type === 'number') {
    const value = Number(text)
    if (text.trim() === '' || Number.isNaN(value)) throw wrong(`${name} is "${text}", not a number`)
    return value
  }
  if (type !== 'boolean') return text
  if (text === 'true' || text === 'yes') return true
  if (text === 'false' || text === 'no') return false
  throw wrong(`${name} is "${text}", neither true nor false`)
}
