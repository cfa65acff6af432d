/**
 * Names us in a statement's text, so that people and our own reports can tell it from the application's.
 * After the first word: PostgreSQL 18's pg_stat_statements drops a comment before it.
 */
export const tagged = (name: string, sql: string): string =>
  sql.trimStart().replace(/^\w+/, (word) => `${word} /* pgtend:${name} */`)
