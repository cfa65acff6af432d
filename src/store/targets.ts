import type { DatabaseSync } from 'node:sqlite'
import { all, build } from './queries.ts'

/** The names of all targets with a history, in alphabetical order. */
export const readTargets = (db: DatabaseSync): string[] =>
  all(db, build.selectFrom('target').select('name').orderBy('name')).map(({ name }) => name)
