import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitSql } from './split-sql.ts'

test.each([
  ['two', 'SELECT 1; SELECT 2;', ['SELECT 1;', 'SELECT 2;']],
  [
    'strings',
    `SELECT 'a;''b\\'; SELECT E'c\\';d'; SELECT 3;`,
    [`SELECT 'a;''b\\';`, `SELECT E'c\\';d';`, 'SELECT 3;'],
  ],
  ['names', 'CREATE TABLE "a;""b" (); DROP TABLE x;', ['CREATE TABLE "a;""b" ();', 'DROP TABLE x;']],
  ['comments', '-- a; b\nSELECT /* ; /* ; */ ; */ 1;', ['SELECT /* ; /* ; */ ; */ 1;']],
  ['dollars', 'DO $a$ x; $$ $b$ ; $a$; SELECT a$1;', ['DO $a$ x; $$ $b$ ; $a$;', 'SELECT a$1;']],
  ['an unusual tag', 'DO $tåg$ ; $tåg$; SELECT 1;', ['DO $tåg$ ; $tåg$;', 'SELECT 1;']],
  [
    'rules',
    'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3;',
    ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);', 'SELECT 3;'],
  ],
  [
    'SQL bodies',
    'CREATE FUNCTION f() RETURNS int\n BEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 ELSE 2 END; SELECT 3;\nEND; SELECT 4;',
    [
      'CREATE FUNCTION f() RETURNS int\n BEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 ELSE 2 END; SELECT 3;\nEND;',
      'SELECT 4;',
    ],
  ],
  [
    'CASE in a default',
    'CREATE FUNCTION f(a int DEFAULT CASE WHEN true THEN 1 END) AS $$ $$; SELECT 1;',
    ['CREATE FUNCTION f(a int DEFAULT CASE WHEN true THEN 1 END) AS $$ $$;', 'SELECT 1;'],
  ],
  ['words for psql', '-- a; b\n\n\\restrict abc\n\nSET x = 1;\n\\unrestrict abc\n', ['SET x = 1;']],
  [
    'what only looks like one',
    `COMMENT ON TABLE t IS 'a\n\\restrict b;';`,
    [`COMMENT ON TABLE t IS 'a\n\\restrict b;';`],
  ],
])('%s', (_, sql, expected) => expect(splitSql(sql)).toEqual(expected))

test('whatever is quoted, a statement stays whole', () => {
  const quoted = fc.oneof(
    fc.string().map((s) => `'${s.replaceAll("'", "''")}'`),
    fc.string().map((s) => `"${s.replaceAll('"', '""')}"`),
    fc
      .string()
      .filter((s) => !s.includes('$'))
      .map((s) => `$q$${s}$q$`),
    fc.constantFrom('(a; b)', '/* ; */', 'x'),
  )
  fc.assert(
    fc.property(fc.array(fc.array(quoted, { minLength: 1 }), { minLength: 1 }), (parts) => {
      const statements = parts.map((p) => `SELECT ${p.join(' ')};`)
      expect(splitSql(statements.join('\n\n'))).toEqual(statements)
    }),
  )
})
