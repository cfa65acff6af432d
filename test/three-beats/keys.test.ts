import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { look, lookUntil, run } from '../observe.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../servers.ts'

let db: TestDatabase
const see = () => look(db.url)

describe.each([...new Set([majors[0] ?? LATEST, LATEST])])('PostgreSQL %i', (major) => {
  beforeEach(async () => {
    db = await freshDatabase(major)
  })
  afterEach(() => db.drop())

  test('a foreign key without an index: found, indexed as advised, gone; its index is never proposed for dropping', async () => {
    await run(
      db.url,
      'CREATE TABLE "Guests" (a int, b int, PRIMARY KEY (a, b)); INSERT INTO "Guests" SELECT n, n FROM generate_series(1, 20000) n',
      'CREATE TABLE meals (id int, "b, q" int, a int, CONSTRAINT meal_guest FOREIGN KEY (a, "b, q") REFERENCES "Guests")',
      'INSERT INTO meals SELECT n, n, n FROM generate_series(1, 20000) n',
      // Neither leads with both columns for all rows.
      'CREATE INDEX partial ON meals (a, "b, q") WHERE id > 5; CREATE INDEX other ON meals (id, a, "b, q")',
      // In another order, and partial only in what the key implies: nothing to say.
      'CREATE TABLE gifts (x int, y int, FOREIGN KEY (x, y) REFERENCES "Guests"); INSERT INTO gifts SELECT n, n FROM generate_series(1, 20000) n',
      'CREATE INDEX served ON gifts (y, x) WHERE x IS NOT NULL',
      'ANALYZE meals; ANALYZE gifts; ANALYZE "Guests"',
    )
    const subject = 'public.meals meal_guest'
    const seen = await lookUntil(see, (s) => s.findings('unindexed-foreign-key').length > 0)
    expect(seen.findings('unindexed-foreign-key')).toMatchObject([{ subject, severity: 'info' }])
    await run(
      db.url,
      'DELETE FROM meals WHERE id = 1',
      'DELETE FROM gifts WHERE x = 1',
      'DELETE FROM "Guests" WHERE a = 1',
    )
    const deleted = await lookUntil(
      see,
      (s) => s.findings('unindexed-foreign-key', subject)[0]?.severity === 'warning',
    )
    const [advised] = deleted.opportunities('index-foreign-key', subject)
    expect(advised?.action).toMatchObject({ input: { columns: 'a, "b, q"' } })
    await run(db.url, ...(advised?.sql ?? []))
    const config = { thresholds: { 'drop-unused-index': { days: 0, size: 0 } } }
    const after = await look(db.url, config)
    expect(after.findings('unindexed-foreign-key')).toEqual([])
    expect(after.opportunities('index-foreign-key')).toEqual([])
    const unused = after.opportunities('drop-unused-index').map((o) => o.subject)
    expect(unused.filter((s) => s.startsWith('index public.')).sort()).toEqual(['index public.partial'])
    expect(after.rows('index-usage').find((i) => i.index === 'served')).toMatchObject({
      kept_because: expect.stringContaining('foreign key'),
    })
  })

  test('partitions three deep: rolled up, one finding for the key of the root, one verdict for its index', async () => {
    await run(
      db.url,
      'CREATE TABLE places (id int PRIMARY KEY); INSERT INTO places SELECT n FROM generate_series(1, 100) n',
      'CREATE TABLE visits (id int, day date, place int REFERENCES places) PARTITION BY RANGE (day)',
      `CREATE TABLE visits_26 PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (place)`,
      `CREATE TABLE visits_26_a PARTITION OF visits_26 FOR VALUES IN (1, 2) PARTITION BY HASH (id)`,
      ...[0, 1].map(
        (n) =>
          `CREATE TABLE visits_26_a${n} PARTITION OF visits_26_a FOR VALUES WITH (MODULUS 2, REMAINDER ${n})`,
      ),
      'CREATE TABLE visits_26_b PARTITION OF visits_26 DEFAULT',
      `INSERT INTO visits SELECT n, '2026-05-01', 1 + n % 5 FROM generate_series(1, 30000) n`,
      'CREATE INDEX visits_day ON visits (day)',
    )
    // In a session of its own: what the INSERT counted is sent when its session ends, and ANALYZE starts from there.
    await run(db.url, 'ANALYZE visits')
    const seen = await lookUntil(see, (s) => s.findings('unindexed-foreign-key').length > 0)
    expect(seen.findings('unindexed-foreign-key')).toMatchObject([
      { subject: 'public.visits visits_place_fkey' },
    ])
    expect(seen.rows('partitioned-tables')).toMatchObject([
      { table: 'visits', partitions: 3, depth: 3, live: 30_000 },
    ])
    expect(seen.rows('partitioned-tables')[0]?.size).toBeGreaterThan(1_000_000)
    const config = { thresholds: { 'drop-unused-index': { days: 0, size: 0 } } }
    const [unused, ...more] = (await look(db.url, config)).opportunities('drop-unused-index')
    expect(more).toEqual([])
    expect(unused).toMatchObject({
      subject: 'index public.visits_day',
      sql: ['DROP INDEX public.visits_day;'],
    })
    await run(db.url, ...(unused?.sql ?? []), ...(unused?.undo ?? []))
    const indexes = await run(
      db.url,
      `SELECT count(*)::int AS n FROM pg_indexes WHERE indexdef ~ 'visits.*day'`,
    )
    expect(indexes).toEqual([{ n: 6 }])

    const [advised] = seen.opportunities('index-foreign-key')
    await run(db.url, ...(advised?.sql ?? []))
    expect((await see()).findings('unindexed-foreign-key')).toEqual([])
  })

  test('an integer key at 85 %: found, moved to bigint, gone; those that start over or fall are judged as they run', async () => {
    await run(
      db.url,
      'CREATE TABLE bookings (id serial, small smallint GENERATED ALWAYS AS IDENTITY)',
      // Older versions made serial columns with sequences of bigint.
      'ALTER SEQUENCE bookings_id_seq AS bigint',
      'CREATE SEQUENCE falling INCREMENT -1 MINVALUE -1000 MAXVALUE -1',
      'CREATE SEQUENCE turning MAXVALUE 10 CYCLE',
      'CREATE SEQUENCE wide',
    )
    const healthy = await see()
    expect(healthy.findings('sequence-near-end')).toEqual([])
    expect(
      healthy
        .rows('sequence-usage')
        .map((s) => s.sequence)
        .sort(),
    ).toEqual(['bookings_id_seq', 'bookings_small_seq', 'falling'])
    await run(
      db.url,
      `SELECT setval('bookings_id_seq', (0.85 * 2147483647)::bigint), setval('bookings_small_seq', 32000),
        setval('falling', -800), setval('turning', 10), setval('wide', 9000000000000000000)`,
    )
    const seen = await see()
    expect(
      seen
        .findings('sequence-near-end')
        .map(({ subject, severity, value }) => [subject, severity, value.toFixed(2)]),
    ).toEqual([
      ['sequence public.bookings_small_seq', 'critical', '0.98'],
      ['sequence public.bookings_id_seq', 'warning', '0.85'],
      ['sequence public.falling', 'warning', '0.80'],
    ])
    expect(seen.findings('sequence-near-end')[1]).toMatchObject({
      evidence: { table: 'bookings', column: 'id', type: 'integer' },
    })
    await run(
      db.url,
      'ALTER TABLE bookings ALTER id TYPE bigint, ALTER small TYPE bigint',
      'ALTER SEQUENCE bookings_small_seq AS bigint MAXVALUE 9223372036854775807',
      'ALTER SEQUENCE falling MINVALUE -1000000',
    )
    expect((await see()).findings('sequence-near-end')).toEqual([])
  })

  test('integer columns that no sequence owns: fed by a default, as a domain, before a cycle, or through foreign keys', async () => {
    await run(
      db.url,
      'CREATE SEQUENCE loose; CREATE TABLE guests (id int PRIMARY KEY DEFAULT nextval($$loose$$))',
      'CREATE DOMAIN ticket AS int; CREATE SEQUENCE tickets; CREATE TABLE doors (id ticket DEFAULT nextval($$tickets$$))',
      'CREATE SEQUENCE turning CYCLE; CREATE TABLE turns (id int DEFAULT nextval($$turning$$))',
      'CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)',
      'CREATE TABLE notes (person int REFERENCES people)',
      'CREATE SEQUENCE leaps INCREMENT 1000 MAXVALUE 10000',
    )
    expect((await see()).findings('sequence-near-end')).toEqual([])
    await run(
      db.url,
      ...['loose', 'people_id_seq', 'turning'].map((name) => `SELECT setval('${name}', 2147480000)`),
      `SELECT setval('tickets', 1717986918), setval('leaps', 8001)`,
    )
    const seen = await see()
    const found = seen.findings('sequence-near-end')
    expect(found.map((f) => [f.subject, f.severity]).sort()).toEqual([
      ['sequence public.leaps', 'warning'],
      ['sequence public.loose', 'critical'],
      ['sequence public.people_id_seq', 'critical'],
      ['sequence public.tickets', 'warning'],
      ['sequence public.turning', 'critical'],
    ])
    const told = (name: string) => seen.findings('sequence-near-end', `sequence public.${name}`)[0]?.summary
    expect(told('people_id_seq')).toBe(
      'The sequence public.people_id_seq has given out 99.9 % of the values that notes.person (integer) can hold, which refers to them by a foreign key; 3,647 are left.',
    )
    expect(told('loose')).toBe(
      'The sequence public.loose, which feeds guests.id (integer), has given out 99.9 % of its values; 3,647 are left.',
    )
    // 1, 1001, … 9001 are ten values.
    expect(told('leaps')).toBe('The sequence public.leaps has given out 90 % of its values; 1 is left.')
    await run(
      db.url,
      'ALTER TABLE guests ALTER id TYPE bigint; ALTER TABLE turns ALTER id TYPE bigint; ALTER TABLE doors ALTER id TYPE bigint',
      'ALTER TABLE notes ALTER person TYPE bigint; ALTER SEQUENCE leaps MAXVALUE 100000',
    )
    expect((await see()).findings('sequence-near-end')).toEqual([])
  })

  test('one that somebody has locked is said to be, and hides none of the others', async () => {
    await run(
      db.url,
      'CREATE TABLE one (id serial); CREATE TABLE two (id serial)',
      `SELECT setval('two_id_seq', 2000000000)`,
    )
    const holder = await db.client()
    await holder.query('BEGIN; ALTER SEQUENCE one_id_seq OWNED BY NONE')
    const seen = await see()
    expect(seen.findings('sequence-near-end')).toMatchObject([{ subject: 'sequence public.two_id_seq' }])
    expect(seen.health.unknown).toContainEqual(
      expect.objectContaining({
        rule: 'sequence-near-end',
        reason: 'timeout',
        detail: '1 of 2 sequences are locked, public.one_id_seq first',
      }),
    )
    await holder.query('ROLLBACK')
    await holder.end()
    expect((await see()).health.unknown.filter((u) => u.rule === 'sequence-near-end')).toEqual([])
  })

  test('values that may not be read are unknown, never zero', async () => {
    await run(db.url, 'CREATE TABLE one (id serial)', `SELECT setval('one_id_seq', 2000000000)`)
    const blind = await look(db.monitorUrl)
    expect(blind.health.unknown).toContainEqual(
      expect.objectContaining({
        rule: 'sequence-near-end',
        reason: 'denied',
        fix: 'GRANT pg_read_all_data TO pgtend_monitor;',
      }),
    )
    await run(db.url, 'CREATE TABLE two (id serial)', 'GRANT SELECT ON two_id_seq TO pgtend_monitor')
    // One that may be read does not make up for one that may not.
    const partly = await look(db.monitorUrl)
    expect(partly.findings('sequence-near-end')).toEqual([])
    expect(partly.health.unknown).toContainEqual(
      expect.objectContaining({
        rule: 'sequence-near-end',
        reason: 'denied',
        detail: 'the values of 1 of 2 sequences may not be read',
      }),
    )
    await run(db.url, 'GRANT SELECT ON one_id_seq TO pgtend_monitor')
    expect((await look(db.monitorUrl)).findings('sequence-near-end')).toMatchObject([
      { severity: 'critical', subject: 'sequence public.one_id_seq' },
    ])
  })
})

describe.each(majors.filter((major) => major >= 18))('PostgreSQL %i', (major) => {
  test('a foreign key that is not enforced calls for no index; once it is enforced it does', async () => {
    db = await freshDatabase(major)
    onTestFinished(() => db.drop())
    await run(
      db.url,
      'CREATE TABLE guests (id int PRIMARY KEY); INSERT INTO guests SELECT generate_series(1, 20000)',
      'CREATE TABLE meals (guest int, CONSTRAINT meal_guest FOREIGN KEY (guest) REFERENCES guests NOT ENFORCED)',
      'INSERT INTO meals SELECT generate_series(1, 20000)',
      'DELETE FROM guests WHERE id = 1',
      'ANALYZE meals',
    )
    const seen = await see()
    expect(seen.rows('unindexed-foreign-keys')).toEqual([])
    expect(seen.opportunities('index-foreign-key')).toEqual([])
    await run(
      db.url,
      'DELETE FROM meals WHERE guest = 1',
      'ALTER TABLE meals ALTER CONSTRAINT meal_guest ENFORCED',
    )
    const subject = 'public.meals meal_guest'
    await lookUntil(see, (s) => s.opportunities('index-foreign-key', subject).length === 1)
    await run(db.url, 'ALTER TABLE meals ALTER CONSTRAINT meal_guest NOT ENFORCED')
    expect((await see()).findings('unindexed-foreign-key')).toEqual([])
  })
})
