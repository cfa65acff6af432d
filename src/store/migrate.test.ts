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

test('roll-ups of a day are made of those that an older store has', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db, MIGRATIONS.slice(0, 2))
  const day = 86_400_000
  db.exec(`insert into target (id, name, rolled_to) values (1, 'a', ${2 * day + 5});
    insert into series values (7, 1, 'm', '[]')`)
  const add = db.prepare('insert into rollup values (7, ?, ?, ?, ?, ?)')
  add.run(300_000, 0, 1, 100, 100)
  add.run(1_800_000, 0, 2, 10, 6)
  add.run(1_800_000, day - 1_800_000, 3, 20, 9)
  // Its day is not over yet.
  add.run(1_800_000, 2 * day, 1, 5, 5)
  migrate(db)
  expect(db.prepare('select bucket, n, sum, max from rollup where width = ?').all(day)).toEqual([
    { bucket: 0, n: 5, sum: 30, max: 9 },
  ])
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
