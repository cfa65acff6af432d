/** One key of an index as data: exactly one of `column` and `expression`. */
export interface IndexKey {
  readonly column?: string
  /** SQL over the table's columns; names outside pg_catalog with their schema. */
  readonly expression?: string
  /** Operator class, such as text_pattern_ops; with its schema where it is not PostgreSQL's own. */
  readonly opclass?: string
  readonly descending?: boolean
  /** Default as PostgreSQL's: last in ascending order, first in descending. */
  readonly nullsFirst?: boolean
}
