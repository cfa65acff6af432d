/** One step of the schema, run in one transaction. */
export interface Migration {
  /** 1, 2, 3 … without holes: the schema's version once it has run. */
  readonly version: number
  readonly sql: string
}
