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
