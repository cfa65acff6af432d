import { describe, expect, test } from 'vitest'
import { AppError } from '../core/errors.ts'
import { configJsonSchema, parseConfig, withEnvironment } from './config.ts'

/** The detail of the AppError that a call throws. */
function refusal(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (error instanceof AppError && error.code === 'bad-config') return error.detail
    throw error
  }
  throw new Error('it was accepted')
}

test('an empty configuration has every default', () => {
  expect(parseConfig({})).toMatchObject({
    targets: [],
    cadence: { tick: 10, minute: 60, sweep: 900 },
    limits: { storage: null, slowQuery: 1, criticalTables: [] },
    server: { host: '127.0.0.1', port: 4711 },
  })
})

test('a size may be written as people write it', () => {
  expect(parseConfig({ limits: { storage: '5 GB' } }).limits.storage).toBe(5 * 1024 ** 3)
  expect(refusal(() => parseConfig({ limits: { storage: 'much' } }))).toContain('"much" is not a size')
})

describe('what is wrong is named, with a hint', () => {
  test.each([
    [{ limit: {} }, 'unknown key "limit", did you mean "limits"?'],
    [{ cadence: { tik: 3 } }, 'unknown key "cadence.tik", did you mean "tick"?'],
    [{ targets: [{ url: 'postgres://x/y', nam: 'a' }] }, 'unknown key "targets.0.nam", did you mean "name"?'],
    [{ thresholds: { 'cash-hit': {} } }, 'there is no rule "cash-hit", did you mean "cache-hit"?'],
    [
      { thresholds: { 'connections-near-limit': { warnin: 0.5 } } },
      'thresholds.connections-near-limit: there is no threshold "warnin", did you mean "warning"?',
    ],
    [{ weights: { 'dead-row': { warning: 1 } } }, 'there is no rule "dead-row", did you mean "dead-rows"?'],
    [{ cadence: { tick: 0 } }, '"cadence.tick"'],
    [{ server: { port: 70_000 } }, '"server.port"'],
  ])('%j', (input, detail) => expect(refusal(() => parseConfig(input))).toContain(detail))
})

describe('environment', () => {
  test('lies over the file', () => {
    const input = { cadence: { tick: 5, minute: 30 }, store: 'a.db' }
    const env = { PGTEND_TICK: '2', PGTEND_STORE: 'b.db', PGTEND_STORAGE_LIMIT: '1GB', HOME: '/x' }
    expect(parseConfig(withEnvironment(input, env))).toMatchObject({
      cadence: { tick: 2, minute: 30 },
      store: 'b.db',
      limits: { storage: 1024 ** 3 },
    })
    expect(input).toEqual({ cadence: { tick: 5, minute: 30 }, store: 'a.db' })
  })

  test('an unknown variable of ours is refused with a hint', () => {
    expect(refusal(() => withEnvironment({}, { PGTEND_PROT: '1' }))).toContain('did you mean "PGTEND_PORT"?')
    expect(refusal(() => withEnvironment({}, { PGTEND_PORT: 'many' }))).toContain('"many", not a number')
  })
})

test('the schema describes every key', () => {
  expect(JSON.stringify(configJsonSchema())).toContain(
    'A statement with a mean above this many seconds is slow',
  )
})
