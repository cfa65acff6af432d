import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readProbe } from '../../test/read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { booleanParameter, numberParameter, parametersByOid } from '../derived/_storage-parameters.ts'
import storageParameters from './storage-parameters.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  const parametersOf = async (name: string) => {
    const oid = (await db.query('SELECT $1::regclass::oid AS oid', [name]))[0]?.oid as number
    return parametersByOid(await readProbe(db.monitorUrl, storageParameters)).get(oid)
  }

  test('autovacuum is off however one writes it, and on where it is not said', async () => {
    await db.query(`CREATE TABLE no1 () WITH (autovacuum_enabled = 'NO');
      CREATE TABLE zero () WITH (fillfactor = 50, autovacuum_enabled = 0);
      CREATE TABLE yes1 () WITH (autovacuum_enabled = yes);
      CREATE TABLE other () WITH (fillfactor = 50); CREATE TABLE plain ()`)
    const enabled = async (name: string) => booleanParameter(await parametersOf(name), 'autovacuum_enabled')
    expect([await enabled('no1'), await enabled('zero')]).toEqual([false, false])
    expect([await enabled('yes1'), await enabled('other'), await enabled('plain')]).toEqual([
      true,
      undefined,
      undefined,
    ])
    expect(numberParameter(await parametersOf('zero'), 'fillfactor')).toBe(50)
    expect(numberParameter(await parametersOf('plain'), 'fillfactor')).toBeUndefined()
  })

  test('those of an index come with those of its operator classes', async () => {
    await db.query(`CREATE TABLE searched (id int, doc tsvector) PARTITION BY HASH (id);
      CREATE INDEX whole ON searched USING brin (id) WITH (pages_per_range = 4);
      CREATE TABLE part PARTITION OF searched FOR VALUES WITH (MODULUS 1, REMAINDER 0);
      CREATE INDEX signed ON part USING gist (int4range(id, id), doc tsvector_ops (siglen = 100)) WITH (fillfactor = 80);
      CREATE INDEX only_class ON part USING gist (doc tsvector_ops (siglen = 100));
      CREATE INDEX without ON part USING gist (doc)`)
    const all = async (name: string) => [...((await parametersOf(name)) ?? [])]
    expect(await all('whole')).toEqual([['pages_per_range', '4']])
    expect(await all('part_id_idx')).toEqual([['pages_per_range', '4']])
    expect(await all('signed')).toEqual([
      ['fillfactor', '80'],
      ['2.siglen', '100'],
    ])
    expect(await all('only_class')).toEqual([['1.siglen', '100']])
    expect(await all('without')).toEqual([])
  })

  test('those of a TOAST table are the TOAST table’s own', async () => {
    await db.query(`CREATE TABLE big (a text) WITH (toast.autovacuum_vacuum_scale_factor = 0.01)`)
    const [toast] = await db.query(
      `SELECT reltoastrelid::regclass::text AS name FROM pg_class WHERE relname = 'big'`,
    )
    expect(await parametersOf('big')).toBeUndefined()
    expect(numberParameter(await parametersOf(String(toast?.name)), 'autovacuum_vacuum_scale_factor')).toBe(
      0.01,
    )
  })
})
