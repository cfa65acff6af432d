import { beforeAll, describe, expect, test } from 'vitest'
import { CASES, tables } from '../../test/lint-cases.ts'
import { buildModel } from './build-model.ts'
import { lintRules } from './lint/index.ts'
import { lint } from './lint.ts'
import { loadParser, parseStatement } from './parse.ts'

beforeAll(loadParser)

const found = (sql: string, rowsPerCall?: number, known = true) =>
  lint(
    buildModel(parseStatement(sql), known ? { tables } : {}),
    rowsPerCall === undefined ? {} : { rowsPerCall },
  )
describe.each(Object.entries(CASES))('%s', (rule, { yes, no }) => {
  test.each(yes)('finds %s', (marked) => {
    const parts = marked.split('¶')
    const places = parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).join('').length)
    const marks = found(parts.join('')).filter((f) => f.rule === rule)
    expect(marks.map((f) => f.position.offset)).toEqual(places)
  })
  test.each(no)('leaves %s', (sql) => {
    expect(found(sql).filter((f) => f.rule === rule)).toEqual([])
  })
})

test('every rule has its cases, texts that end without a full stop, and a place', () => {
  expect([...Object.keys(CASES), 'no-limit'].sort()).toEqual(lintRules.map((r) => r.name))
  for (const rule of lintRules) expect(rule.title).not.toMatch(/\.$/)
})

test('many rows without LIMIT are only said where they were counted', () => {
  const rules = (sql: string, rows?: number) => found(sql, rows).map((f) => f.rule)
  expect(rules('select id from users', 50_000)).toContain('no-limit')
  expect(rules('select id from users')).not.toContain('no-limit')
  expect(rules('select id from users', 100)).not.toContain('no-limit')
  expect(rules('select id from users order by id limit 5000', 5000)).not.toContain('no-limit')
})

test('advice names the index or range that would help', () => {
  const advice = (sql: string) => found(sql)[0]?.advice
  expect(advice('select id from users u where lower(u.email) = $1')).toBe(
    'CREATE INDEX CONCURRENTLY ON users (lower(email)), then ANALYZE users',
  )
  expect(advice('select id from users u where date(u.created_at) = $1')).toContain('u.created_at itself')
  expect(advice('select id from users where id::text = $1')).toContain('to bigint')
  expect(advice("select id from users where email like '%x'")).toContain(
    'ON users USING gin (email gin_trgm_ops)',
  )
})

test('without a schema a product is only claimed where nothing could join', () => {
  const rules = (sql: string) => found(sql, undefined, false).map((f) => f.rule)
  expect(rules('select 1 from a cross join b')).toContain('cartesian-product')
  expect(rules('select 1 from a, b where a.x = $1')).not.toContain('cartesian-product')
  expect(rules('select 1 from a, b where x = y')).not.toContain('cartesian-product')
})

test('the gravest come first, with line and column', () => {
  const findings = found("select *\nfrom users\nwhere email = null and lower('é' || email) = $1")
  expect(findings.map((f) => [f.rule, f.severity, f.position.line, f.position.column])).toEqual([
    ['null-comparison', 'critical', 3, 7],
    ['function-on-column', 'warning', 3, 24],
    ['select-star', 'info', 1, 8],
  ])
})
