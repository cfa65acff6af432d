/** What tells an entry of pg_stat_statements from others. */
export interface StatementKey {
  readonly query_id: string
  readonly user_id: number
  readonly database_id: number
  /** true or false. */
  readonly toplevel: string
}

/** The entry as one word, by which the API and the page ask for its report. */
export const statementId = ({ query_id, user_id, database_id, toplevel }: StatementKey): string =>
  `${query_id}.${user_id}.${database_id}.${toplevel === 'true' ? 1 : 0}`
