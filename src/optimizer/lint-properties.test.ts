import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { generatedFacts, relaid, selectStatement } from '../../test/sql-generator.ts'
import { buildModel } from './build-model.ts'
import { lint } from './lint.ts'
import { loadParser, parseStatement } from './parse.ts'
import { rewrite } from './rewrite.ts'

beforeAll(loadParser)

const model = (sql: string, known: boolean) =>
  buildModel(parseStatement(sql), known ? { tables: generatedFacts() } : {})

test('any statement has a model and findings with places inside its text', () => {
  fc.assert(
    fc.property(selectStatement, fc.boolean(), (sql, known) => {
      const built = model(sql, known)
      const inside = (n: number) => n >= 0 && n < built.parsed.source.bytes
      for (const scope of built.scopes) {
        expect(scope.predicates.every((p) => inside(p.location))).toBe(true)
        if (known)
          expect(scope.predicates.flatMap((p) => p.columns).every((c) => c.table !== null)).toBe(true)
      }
      for (const { position } of lint(built, { rowsPerCall: 5000 })) {
        expect(inside(position.offset)).toBe(true)
        expect(position.line).toBeGreaterThan(0)
      }
    }),
    { numRuns: 400 },
  )
})

test('layout and comments change places only', () => {
  fc.assert(
    fc.property(
      selectStatement.chain((sql) => fc.tuple(fc.constant(sql), relaid(sql))),
      ([sql, other]) => {
        const said = (text: string) => lint(model(text, true)).map(({ position, ...rest }) => rest)
        expect(said(other)).toEqual(said(sql))
        expect(parseStatement(other).fingerprint).toBe(parseStatement(sql).fingerprint)
      },
    ),
    { numRuns: 300 },
  )
})

test('rewrites do not depend on layout, and each is read as one statement', () => {
  fc.assert(
    fc.property(
      selectStatement.chain((sql) => fc.tuple(fc.constant(sql), relaid(sql))),
      ([sql, other]) => {
        const found = (text: string) =>
          rewrite(model(text, true), { rowsPerCall: 5000 }).map(({ rule, result, sql }) => ({
            rule,
            result,
            fingerprint: parseStatement(sql).fingerprint,
          }))
        expect(found(other)).toEqual(found(sql))
      },
    ),
    { numRuns: 200 },
  )
})
