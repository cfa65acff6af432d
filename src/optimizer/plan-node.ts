/** A node of EXPLAIN (FORMAT JSON), by PostgreSQL's own field names. */
export interface PlanNode {
  readonly 'Node Type': string
  readonly 'Total Cost'?: number
  readonly 'Index Name'?: string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
  readonly [field: string]: unknown
}
