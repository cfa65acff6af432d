import type { PlanNode } from './plan-node.ts'

/** An index as data, existing or thought of. Names are raw (unquoted). */
export interface IndexSpec {
  readonly schema: string
  /** A table, a materialized view, or a partitioned table: then every partition gets the index. */
  readonly table: string
  readonly method: 'btree' | 'hash' | 'gin' | 'gist' | 'brin' | 'spgist'
  readonly keys: readonly IndexKey[]
  /** Names of columns that are stored beside the key. */
  readonly include: readonly string[]
  /** SQL text of a predicate, as deparsed from the syntax tree, without WHERE. */
  readonly predicate?: string
  readonly unique?: boolean
}

/** One part of an index's key: a column or an expression. */
export interface IndexKey {
  readonly column?: string
  /** SQL text; rendered in parentheses. */
  readonly expression?: string
  /** Name of an operator class as SQL text, for example `text_pattern_ops` or `extensions.gin_trgm_ops`. */
  readonly opclass?: string
  readonly descending?: boolean
  readonly nullsFirst?: boolean
}

/** A statement to plan. */
export interface PlannedStatement {
  /** One statement; `$n` are kept. */
  readonly sql: string
  /**
   * The literals of `$1`, `$2`, … as SQL text: `'x'::text`, `42`, `NULL`. Null or absent where no value is known: the parameter stays, and the
   * plan holds for any value of it.
   */
  readonly values?: readonly (string | null)[]
  /** The role that it is planned as: its row security applies. Absent: one that no row security applies to. */
  readonly role?: string
  /** Settings of the session (search_path, request.jwt.claims, …) over those of the database and the role. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A hypothetical index that the planner can be asked about. */
export interface PlannedIndex {
  readonly id: number
  /** The name that it has in plans. On a partitioned table the names of its parts in a plan are other ones; `PlanResult.indexes` has this one. */
  readonly name: string
  readonly spec: IndexSpec
  /** Estimated size; of a partitioned table's index the sum over the partitions. */
  readonly bytes: number
}

export interface PlanResult {
  readonly plan: PlanNode
  /** Total cost of the root. */
  readonly cost: number
  /** Names of the indexes that the plan uses, each once: `PlannedIndex.name`, or an existing index's own name. */
  readonly indexes: readonly string[]
}

export interface PlanOptions {
  /** The hypothetical indexes that are there; no others. */
  readonly with?: readonly PlannedIndex[]
  /** Existing indexes that are taken away: the oid as digits, or `schema.name`. */
  readonly without?: readonly string[]
}

/** Answers what the planner would do, without touching the watched database. Calls run one after the other. */
export interface WhatIf {
  /** EXPLAIN (FORMAT JSON) under exactly these hypothetical indexes. Throws AppError `cannot-plan`. */
  plan(statement: PlannedStatement, options?: PlanOptions): Promise<PlanResult>
  /** Builds it empty, with an estimated size. Used only by plans that ask for it. `reason`: why it can't be built. */
  create(spec: IndexSpec): Promise<PlannedIndex | { readonly reason: string }>
  drop(index: PlannedIndex): Promise<void>
}
