import { readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { MIGRATIONS, migrate } from './migrate.ts'

const tablesOf = (db: DatabaseSync): unknown[] =>
  db
    .prepare(`select name from sqlite_schema where type = 'table' order by name`)
    .all()
    .map(({ name }) => name)

test('every migration file is listed, in the order of its number and without holes', () => {
  const files = readdirSync(new URL('./migrations/', import.meta.url)).sort()
  expect(files.map((file) => Number.parseInt(file, 10))).toEqual(MIGRATIONS.map((m) => m.version))
  expect(MIGRATIONS.map((m) => m.version)).toEqual(MIGRATIONS.map((_, i) => i + 1))
})

test('runs each migration once, and later ones on a store that is there', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  migrate(db)
  const before = tablesOf(db)
  const added = { version: MIGRATIONS.length + 1, sql: 'create table later (x integer) strict' }
  migrate(db, [...MIGRATIONS, added])
  migrate(db, [...MIGRATIONS, added])
  expect(tablesOf(db)).toEqual([...before, 'later'].sort())
  expect(() => migrate(db)).toThrow(expect.objectContaining({ code: 'store-newer' }))
})

test('a migration that fails halfway leaves the store as it was', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  const before = tablesOf(db)
  const broken = { version: MIGRATIONS.length + 1, sql: 'create table half (x integer); create tabel other;' }
  expect(() => migrate(db, [...MIGRATIONS, broken])).toThrow('syntax error')
  expect(tablesOf(db)).toEqual(before)
  migrate(db)
})
