/** Backups of test databases: a service on folders that are gone after the test, and a database with one of everything. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Backups, type BackupsOptions, createBackups } from '../src/backup/backups.ts'
import type { Ledger } from '../src/core/ledger.ts'
import { openStore } from '../src/store/open-store.ts'

export const TARGET = 'shop'

export interface TestBackups {
  readonly backups: Backups
  readonly directory: string
  readonly ledger: Ledger
  readonly store: string
  readonly errors: Error[]
  /** Another service on the same folder and ledger, as after a restart. */
  again(more?: Partial<BackupsOptions>): Backups
}

/** A backup service for one database. */
export async function testBackups(url: string, more: Partial<BackupsOptions> = {}): Promise<TestBackups> {
  const home = mkdtempSync(join(tmpdir(), 'pgtend-backup-'))
  const store = join(home, 'history.db')
  const opened = await openStore({ path: store })
  const { ledger } = opened
  const directory = more.directory ?? join(home, 'backups')
  const errors: Error[] = []
  const again = (other: Partial<BackupsOptions> = {}) =>
    createBackups({
      ...{
        ledger,
        directory,
        keep: { last: 3, days: 0 },
        verify: 'never',
        expected: true,
        tools: 'built-in',
      },
      urlOf: (target) => (target === TARGET ? url : undefined),
      env: { PATH: process.env.PATH },
      onError: (error) => void errors.push(error),
      ...more,
      ...other,
    })
  const backups = again()
  onTestFinished(async () => {
    await backups.stop()
    await opened.close()
    rmSync(home, { recursive: true, force: true })
  })
  return { backups, directory, ledger, store, errors, again }
}

/** One of everything that a backup must bring back, under names that break careless quoting. */
export const EVERYTHING = `
  CREATE SCHEMA "we""ird 📈";
  CREATE TYPE mood AS ENUM ('sad', 'it''s; fine', '😀');
  CREATE DOMAIN "we""ird 📈".positive AS int CHECK (VALUE > 0);
  CREATE TYPE pair AS (a int, "b c" text);
  CREATE TABLE "we""ird 📈"."it's; -- a \\ tåble
with a line" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "select" text, t text, "\\." text,
    doubled text GENERATED ALWAYS AS (coalesce(t, '') || coalesce(t, '')) STORED);
  INSERT INTO "we""ird 📈"."it's; -- a \\ tåble
with a line" ("select", t, "\\.") VALUES ('\\.', E'a\\tb\\nc\\\\', NULL), ('', '\\N', '\\'), (E'\\\\.', 'ünï', E'\\r');
  CREATE TABLE values_of (
    at timestamptz, span interval, price numeric, cash money, ratio double precision, small real, raw bytea, doc jsonb,
    list int[], texts text[][], feeling mood, feelings mood[], p pair, range tstzrange, words tsvector, bits varbit,
    net inet, id uuid, kind regclass, point point, more "we""ird 📈".positive, x xml);
  INSERT INTO values_of VALUES
    ('infinity', '-1 mon +2 days 03:04:05.678', 'NaN', '-1234.56', 'NaN', '-Infinity', '\\x00ff5c0a', '{"a": [1, "\\u00e9", null]}',
     '{1,NULL,-3}', '{{"a,b","c\\"d"},{"",NULL}}', 'it''s; fine', '{sad,😀}', '(1,"x,y")', '[2026-01-01,)', 'a:1 b:2', B'1010',
     '10.0.0.1/8', '00000000-0000-0000-0000-000000000001', 'pg_class', '(1,2.5)', 7, '<a>b</a>'),
    ('2026-03-29 02:30:00.123456+01', NULL, 1e40, NULL, 0.1, 1e-10, '', 'null', '{}', NULL, NULL, NULL, NULL, 'empty', '', B'',
     '::1', NULL, NULL, NULL, NULL, NULL),
    ('0044-03-15 BC', '0', 'Infinity', '0', '-0', 1, NULL, NULL, '[0:1]={5,6}', NULL, 'sad', '{}', ROW(NULL, NULL), NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  CREATE TABLE head (id int PRIMARY KEY, tail int);
  CREATE TABLE tail (id int PRIMARY KEY, head int NOT NULL REFERENCES head DEFERRABLE);
  ALTER TABLE head ADD FOREIGN KEY (tail) REFERENCES tail DEFERRABLE INITIALLY DEFERRED;
  ALTER TABLE head ADD CHECK (id < 1000) NOT VALID;
  BEGIN; INSERT INTO head SELECT i, i FROM generate_series(1, 50) i; INSERT INTO tail SELECT i, i FROM generate_series(1, 50) i; COMMIT;
  CREATE TABLE parts (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE parts_2025 PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id);
  CREATE TABLE parts_2026_default PARTITION OF parts_2026 DEFAULT;
  INSERT INTO parts SELECT i, '2025-12-01'::date + i FROM generate_series(1, 60) i;
  CREATE TABLE moods (feeling mood, n int) PARTITION BY HASH (feeling);
  CREATE TABLE moods_0 PARTITION OF moods FOR VALUES WITH (MODULUS 3, REMAINDER 0);
  CREATE TABLE moods_1 PARTITION OF moods FOR VALUES WITH (MODULUS 3, REMAINDER 1);
  CREATE TABLE moods_2 PARTITION OF moods FOR VALUES WITH (MODULUS 3, REMAINDER 2);
  INSERT INTO moods SELECT unnest(enum_range(NULL::mood)), i FROM generate_series(1, 20) i;
  CREATE TABLE animal (name text); CREATE TABLE dog (bark text) INHERITS (animal);
  INSERT INTO animal VALUES ('cat'); INSERT INTO dog VALUES ('rex', 'wau');
  CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
  CREATE UNLOGGED TABLE fleeting (id int); INSERT INTO fleeting VALUES (1);
  CREATE TABLE leavings (a int, gone int, b int); INSERT INTO leavings VALUES (1, 2, 3); ALTER TABLE leavings DROP COLUMN gone;
  CREATE TABLE empty_one (id serial, note text);
  CREATE SEQUENCE "odd 'seq" AS smallint INCREMENT -3 START -5; SELECT nextval('"odd ''seq"'); SELECT nextval('"odd ''seq"');
  CREATE SEQUENCE never_used START 42;
  CREATE MATERIALIZED VIEW summary AS SELECT feeling, count(*) FROM moods GROUP BY feeling;
  CREATE UNIQUE INDEX ON summary (feeling);
  CREATE MATERIALIZED VIEW later AS SELECT 1 AS one WITH NO DATA;
  CREATE VIEW of_summary AS SELECT * FROM summary;
  CREATE INDEX "an ""index"" 🐘" ON "we""ird 📈"."it's; -- a \\ tåble
with a line" (lower(t)) WHERE id > 0;
  CREATE FUNCTION body(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN a ELSE 0 END; END;
  CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.note := 'x;' || $q$y$q$; RETURN NEW; END $f$;
  CREATE TRIGGER note BEFORE INSERT ON empty_one FOR EACH ROW EXECUTE FUNCTION noted();
  CREATE RULE quiet AS ON UPDATE TO leavings DO ALSO (SELECT 1; SELECT 2);
  CREATE EXTENSION hstore; CREATE TABLE bag (h hstore); INSERT INTO bag VALUES ('a=>"b;c"');
  ALTER TABLE bag ENABLE ROW LEVEL SECURITY;
  CREATE POLICY all_of_it ON bag USING (h ? 'a');
  COMMENT ON TABLE bag IS 'it''s
a; bag -- of 📈';
  SELECT lo_from_bytea(0, decode(repeat('00ff', 400000), 'hex')), lo_from_bytea(4711, ''), lo_from_bytea(4712, 'abc');
  COMMENT ON LARGE OBJECT 4712 IS 'it''s large';
  GRANT SELECT ON LARGE OBJECT 4712 TO pgtend_blind;
  GRANT SELECT ON bag TO pgtend_monitor WITH GRANT OPTION;
`
