import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readProbe } from '../../test/read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import sequences from './sequences.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  test('the narrowest column that takes the values, whoever owns the sequence', async () => {
    await db.query(`
      CREATE SEQUENCE loose;
      CREATE TABLE guests (id int PRIMARY KEY DEFAULT nextval('loose'));
      CREATE TABLE spare (LIKE guests INCLUDING DEFAULTS);
      ALTER TABLE spare ALTER id TYPE smallint;
      CREATE DOMAIN code AS int; CREATE DOMAIN ticket AS code CHECK (VALUE > 0);
      CREATE SEQUENCE tickets; CREATE TABLE doors (id ticket DEFAULT nextval('tickets'));
      CREATE SEQUENCE turning CYCLE; CREATE TABLE turns (id int DEFAULT nextval('turning')::int);
      CREATE SEQUENCE sinking INCREMENT -1; CREATE TABLE sinks (id int DEFAULT nextval('sinking'));
      CREATE TABLE halves (id int GENERATED ALWAYS AS IDENTITY); ALTER SEQUENCE halves_id_seq AS bigint;
      CREATE TABLE grown (id serial); ALTER TABLE grown ALTER id TYPE bigint`)
    // Through foreign keys: over a bigint column between, of more columns, of partitions, and of smallint to integer.
    await db.query(`
      CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE profiles (person bigint PRIMARY KEY REFERENCES people);
      CREATE TABLE notes (profile int REFERENCES profiles);
      CREATE SEQUENCE halls;
      CREATE TABLE rooms (hall bigint DEFAULT nextval('halls'), n int, PRIMARY KEY (n, hall)) PARTITION BY HASH (n);
      CREATE TABLE rooms_0 PARTITION OF rooms FOR VALUES WITH (MODULUS 1, REMAINDER 0);
      CREATE TABLE seats (room int, "hall no" int, FOREIGN KEY ("hall no", room) REFERENCES rooms (hall, n));
      CREATE TABLE stages (id serial PRIMARY KEY); CREATE TABLE lights (stage smallint REFERENCES stages)`)
    // Nothing narrow: it starts over in time, the column holds a remainder or text, or all are bigint.
    await db.query(`
      CREATE SEQUENCE round MAXVALUE 9 CYCLE; CREATE TABLE rounds (id int DEFAULT nextval('round'));
      CREATE SEQUENCE rest; CREATE TABLE rests (id int DEFAULT nextval('rest') % 9, of int DEFAULT mod(nextval('rest'), 9));
      CREATE SEQUENCE bills; CREATE TABLE billed (id text DEFAULT 'B' || nextval('bills'), n numeric DEFAULT nextval('bills'));
      CREATE TABLE wide (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n bigserial);
      CREATE TABLE wides (wide bigint REFERENCES wide);
      CREATE SEQUENCE deep INCREMENT -9223372036854775808; CREATE SEQUENCE nothing;
      CREATE TEMPORARY TABLE passing (id serial)`)
    const rows = await readProbe(db.monitorUrl, sequences)
    const int = '2147483647'
    expect(rows.map((s) => [s.sequence, s.table, s.column, s.type, s.last, s.refers]).sort()).toEqual([
      ['grown_id_seq', 'grown', 'id', 'bigint', int, false],
      ['halls', 'seats', 'hall no', 'integer', int, true],
      ['halves_id_seq', 'halves', 'id', 'integer', int, false],
      ['loose', 'spare', 'id', 'smallint', '32767', false],
      ['people_id_seq', 'notes', 'profile', 'integer', int, true],
      ['sinking', 'sinks', 'id', 'integer', '-2147483648', false],
      ['stages_id_seq', 'lights', 'stage', 'smallint', '32767', true],
      ['tickets', 'doors', 'id', 'public.ticket', int, false],
      ['turning', 'turns', 'id', 'integer', int, false],
    ])
  })
})
