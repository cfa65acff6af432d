import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../core/errors.ts'
import { loadParser, MOST_BYTES, parseStatement } from './parse.ts'

beforeAll(loadParser)

const refusal = (text: string): { code: string; detail: string } => {
  try {
    parseStatement(text)
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, detail: error.detail }
    throw error
  }
  throw new Error(`was taken: ${text.slice(0, 80)}`)
}

describe('what can not be planned is refused with what and where', () => {
  test.each([
    ['a broken-out text', `'\\'; commit; drop table users`, 'bad-sql', `at line 1, column 1`],
    [
      'a text that breaks out of a literal',
      `select * from t where a = '\\'; commit; drop table users; --'`,
      'several-statements',
      'the second, a statement of the kind TRANSACTION, begins at line 1, column 32',
    ],
    ['two statements', 'select 1;\n  drop table x', 'several-statements', 'DROP, begins at line 2, column 3'],
    ['a utility statement', '\n  set role postgres', 'not-plannable', 'VARIABLE SET at line 2, column 3'],
    ['DDL', 'create index on t (a)', 'not-plannable', 'INDEX'],
    ['EXPLAIN', 'explain analyze delete from t', 'not-plannable', 'EXPLAIN'],
    ['COPY … PROGRAM', `copy t to program 'rm -rf /'`, 'not-plannable', 'COPY'],
    ['DO', `do $$begin perform 1; end$$`, 'not-plannable', 'DO'],
    ['a cut text', 'select a, (b + c from t', 'bad-sql', `"from" at line 1, column 18`],
    ['a text cut after a word', 'select a from t where', 'truncated-sql', 'at line 1, column 22'],
    ['a text cut in a literal', `select 'é', 'abc`, 'truncated-sql', 'at line 1, column 13'],
    ['nothing', ' ', 'bad-sql', 'no statement'],
    ['only a comment', '-- select 1', 'bad-sql', 'no statement'],
    [
      'a zero byte that would hide the rest',
      'select 1\0; drop table x',
      'bad-sql',
      'zero byte at line 1, column 9',
    ],
    ['deep nesting', `select ${'('.repeat(20_000)}1${')'.repeat(20_000)}`, 'bad-sql', 'memory exhausted'],
    ['a deep tree', `select ${'1+'.repeat(100_000)}1`, 'bad-sql', 'nested too deeply'],
    ['1 MB', `select 1 ${' '.repeat(2 ** 20)}`, 'sql-too-long', `${MOST_BYTES} are the most`],
  ])('%s', (_what, text, code, detail) => {
    expect(refusal(text)).toEqual({ code, detail: expect.stringContaining(detail) })
    // The parser is a C program with state: what comes after a refusal is read as ever.
    expect(parseStatement('select 1').kind).toBe('select')
  })

  test('an error after other letters counts characters, not bytes', () => {
    expect(refusal(`select '😀é',\n 'é' from where`).detail).toContain('line 2, column 11')
  })
})

test('comments and semicolons round a statement do not count', () => {
  const parsed = parseStatement(';; /* é; */\nselect $1 -- why\n ; ')
  expect(parsed.source.text).toMatch(/^\s+select \$1( -- why)?$/)
  expect(parsed.source.position(parsed.source.text.length - parsed.source.text.trimStart().length).line).toBe(
    2,
  )
})

test('a comment may stand anywhere, as PostgreSQL lets it', () => {
  const parsed = parseStatement(
    'select 1 from t where a not -- é;\n in (1) and b /* x */ is not /*\n*/ null order by a nulls /**/ last',
  )
  expect(parsed.kind).toBe('select')
  expect(parsed.source.text.split('\n')).toHaveLength(3)
})

test('texts that differ in constants and layout have one fingerprint', () => {
  const [a, b, c] = [
    `select * from t where a = 1 and b in (1, 2, 3)`,
    `SELECT * FROM t\nWHERE a = $1 AND b IN ($2)`,
    `select * from t where c = 1`,
  ].map(parseStatement)
  expect(a?.fingerprint).toBe(b?.fingerprint)
  expect(a?.fingerprint).not.toBe(c?.fingerprint)
  expect(parseStatement(`select 'x', 2`).normalized).toBe('select $1, $2')
})

test('any text ends in a statement or in an AppError', () => {
  const word = fc.constantFrom(
    ...[
      'select',
      'from',
      'where',
      'a',
      't',
      "'",
      '"',
      '(',
      ')',
      ';',
      '$1',
      '$$',
      '\\',
      '--',
      '/*',
      '*/',
      ',',
      '=',
      'é',
      '\n',
      '*',
    ],
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word).map((words) => words.join(' ')),
  )
  fc.assert(
    fc.property(text, (sql) => {
      try {
        parseStatement(sql)
      } catch (error) {
        expect(error).toBeInstanceOf(AppError)
      }
    }),
    { numRuns: 1000 },
  )
})
