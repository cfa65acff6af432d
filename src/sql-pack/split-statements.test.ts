import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitStatements } from './split-statements.ts'

test('statements end at semicolons', () =>
  expect(splitStatements('SELECT 1;\n-- two; of them\nSELECT 2 -- here; too\n + 1;;')).toEqual([
    'SELECT 1',
    'SELECT 2 -- here; too\n + 1',
  ]))

test('what is quoted keeps its semicolons, and quotes of another kind inside', () => {
  const quoted = fc.oneof(
    fc.string().map((s) => `'${s.replaceAll("'", "''")}'`),
    fc.string().map((s) => `"${s.replaceAll('"', '""')}"`),
    fc.string().map((s) => `$$${s.replaceAll('$', '')}$$`),
    fc.string().map((s) => `$body$${s.replaceAll('$', '')}; $$ ; $$ ;$body$`),
  )
  fc.assert(
    fc.property(fc.array(fc.array(quoted, { minLength: 1 }), { minLength: 1 }), (statements) => {
      const written = statements.map((parts) => `SELECT ${parts.join(', ')}`)
      expect(splitStatements(written.join(';\n'))).toEqual(written)
    }),
  )
})
