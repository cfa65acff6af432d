import type { DatabaseSync } from 'node:sqlite'

/** The names of all targets with a history, in alphabetical order. */
export const readTargets = (db: DatabaseSync): string[] =>
  db
    .prepare('select name from target order by name')
    .all()
    .map(({ name }) => name as string)
