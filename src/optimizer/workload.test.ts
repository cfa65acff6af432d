import { beforeAll, expect, test } from 'vitest'
import { loadParser } from './parse.ts'
import { buildWorkload, type StatementActivity } from './workload.ts'

beforeAll(() => loadParser())

let next = 0
const entry = (text: string, more: Partial<StatementActivity> = {}): StatementActivity => ({
  queryId: String(next++),
  ...{ text, calls: 10, seconds: 1, rows: 20, blocks: 30 },
  ...more,
})
const textsOf = (entries: readonly StatementActivity[], most?: number) =>
  buildWorkload(entries, most).statements.map((s) => s.parsed.source.text)

test('entries that differ in constants and layout are one statement, named by what took most time', () => {
  const { statements, seconds } = buildWorkload([
    entry('select * from t where a = $1', { seconds: 1, role: 'web' }),
    entry('SELECT *  FROM t WHERE a = $2', { seconds: 5, role: 'api' }),
    entry('select * from t where a = 42', { seconds: 2, role: 'web' }),
  ])
  expect(statements).toHaveLength(1)
  expect(statements[0]).toMatchObject({ role: 'api', calls: 30, seconds: 8, rows: 60, blocks: 90 })
  expect(statements[0]?.queryIds).toHaveLength(3)
  expect(statements[0]?.parsed.source.text).toBe('SELECT *  FROM t WHERE a = $2')
  expect(seconds).toBe(8)
})

test('what can not be used is counted with the reason', () => {
  const { statements, leftOut } = buildWorkload([
    entry('select 1 from t where a = $1'),
    entry('SELECT /* pgtend:statements */ 1', { seconds: 7 }),
    entry('vacuum t', { seconds: 6 }),
    entry('set x = 1', { seconds: 0.5 }),
    entry('', { seconds: 5 }),
    entry('<insufficient privilege>', { seconds: 4 }),
    entry('select * from t where a = (', { seconds: 3 }),
    entry('selec 1', { seconds: 2 }),
    entry('select 2 from never', { calls: 0 }),
  ])
  expect(statements).toHaveLength(1)
  expect(leftOut.map(({ reason, statements: n, seconds }) => [reason, n, seconds])).toEqual([
    ['pgtend’s own', 1, 7],
    ['not a SELECT, INSERT, UPDATE, DELETE or MERGE', 2, 6.5],
    ['the text is not known', 1, 5],
    ['the text may not be read: GRANT pg_read_all_stats shows it', 1, 4],
    ['the text is cut off', 1, 3],
    ['the text can not be parsed', 1, 2],
  ])
})

test('most by time, and of the others those called most', () => {
  const entries = Array.from({ length: 20 }, (_, i) =>
    entry(`select c${i} from t`, { seconds: 20 - i, calls: i === 19 ? 1e6 : 1 }),
  )
  expect(textsOf(entries, 4)).toEqual([
    'select c0 from t',
    'select c1 from t',
    'select c2 from t',
    'select c3 from t',
    'select c19 from t',
  ])
  expect(buildWorkload(entries, 4).leftOut).toMatchObject([{ statements: 15 }])
})
