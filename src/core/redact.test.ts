import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactLiterals } from './redact.ts'

test.each([
  ["select * from t where a = 'secret'", 'select * from t where a = ?'],
  ["select 'it''s secret', b", 'select ?, b'],
  ["select E'it\\'s secret', b", 'select ?, b'],
  ["select e'a' 'b'", 'select ? ?'],
  ['select U&\'d\\0061ta\', U&"d\\0061ta"', 'select U&?, U&"d\\0061ta"'],
  ["select B'1010', X'ff', N'x'", 'select ?, ?, ?'],
  ['select $$secret$$, $tag$se$$cret$tag$, a', 'select ?, ?, a'],
  ['select $1, $23 from t$1 where a$b$c = 1', 'select $1, $23 from t$1 where a$b$c = ?'],
  ['select 1, 1.5, .5, 1e-10, 0xFF, 1_000 from t1', 'select ?, ?, ?, ?, ?, ? from t1'],
  ['select "Se ""x"" 1", "a\'b" from "T"', 'select "Se ""x"" 1", "a\'b" from "T"'],
  ['select 1 -- secret\nfrom t', 'select ? --?\nfrom t'],
  ['select /* secret /* deeper */ still */ a', 'select /*?*/ a'],
  ['select a in ($1 /*, ... */)', 'select a in ($1 /*, ... */)'],
  ['select a /* secret', 'select a /*?*/'],
  ["select a where b = 'secr", 'select a where b = ?'],
  ["select a where b = E'secr\\", 'select a where b = ?'],
  ['select a where b = $x$secr', 'select a where b = ?'],
  ['select "cut off', 'select "cut off'],
  ['select a - -1, b --', 'select a - -?, b --?'],
  ["limit 10 offset 20; set x = 'y'", 'limit ? offset ?; set x = ?'],
])('%s becomes %s', (sql, redacted) => expect(redactLiterals(sql)).toBe(redacted))

test('a backslash before a quote means two things: all after it is masked', () => {
  expect(redactLiterals("select 'it\\'s', 'secret'")).toBe('select ?')
  expect(redactLiterals("select E'a'\n'b\\'c', secret")).toBe('select ?\n?')
})

// Content that can end no literal by itself: it is escaped as each kind of literal needs it.
const content = fc.string({ unit: fc.constantFrom(...'Qq Z\'"\\$-/*;\n1é') })
const WORD = 'ZQSECRET'
const literal = content.chain((text) => {
  const secret = `${WORD}${text}${WORD}`
  return fc.constantFrom(
    `'${secret.replaceAll('\\', '').replaceAll("'", "''")}'`,
    `E'${secret.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    `E'${secret.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    `$$${secret.replaceAll('$', '')}$$`,
    `$tag$${secret.replaceAll('$', '$$')}$tag$`,
    `/*${secret.replaceAll(/[/*]/g, '')}*/ 4`,
    `--${secret.replaceAll('\n', '')}\n5`,
  )
})
const name = fc.constantFrom('t', 'invoices', '"Ord""er"', '"it\'s"', '$1', '$2', 'a$b', 'col_1', 'e', 'été')
const piece = fc.oneof(
  literal.map((sql) => ({ sql, keep: '' })),
  name.map((sql) => ({ sql, keep: sql })),
)

test('no literal survives, every name does, wherever the text is cut off', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(), (pieces, cut) => {
      const sql = pieces.map((p) => p.sql).join(' , ')
      const whole = redactLiterals(sql)
      expect(whole).not.toContain(WORD)
      const kept = pieces.map((p) => p.keep).filter((k) => k !== '')
      let at = 0
      for (const k of kept) {
        const found = whole.indexOf(k, at)
        expect(found, `${k} in ${whole}`).toBeGreaterThanOrEqual(0)
        at = found + k.length
      }
      expect(redactLiterals(sql.slice(0, cut % (sql.length + 1)))).not.toContain('ZQS')
    }),
    { numRuns: 500 },
  )
})

test('redacting twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (sql) => {
      const once = redactLiterals(sql)
      expect(redactLiterals(once)).toBe(once)
    }),
  )
})
