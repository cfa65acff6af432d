/**
 * Names us in a statement's text, so that people and our own reports can tell it from the application's.
 * After the first word: PostgreSQL 18's pg_stat_statements drops a comment before it. Without indentation, which it would keep.
 */
export const tagged = (name: string, sql: string): string =>
  sql
    .trim()
    .replace(/\n +/g, '\n')
    .replace(/^\w+/, (word) => `${word} /* pgtend:${name} */`)
