/**
 * What a statement says, out of its syntax tree: scopes, tables, predicates, joins, order, parameters. Pure data; `buildModel` makes it.
 * Locations are byte offsets into `parsed.source`.
 */
import type { Node, SelectStmt } from 'libpg-query'
import type { ParsedStatement } from './parse.ts'
import type { ColumnFacts, TableFacts } from './schema.ts'

export interface StatementModel {
  readonly parsed: ParsedStatement
  /** The outermost scope: the SELECT itself, or what an INSERT, UPDATE, DELETE or MERGE reads. */
  readonly root: Scope
  /** Every scope, each after the one that it is in. */
  readonly scopes: readonly Scope[]
  /** What is written, for every statement but SELECT, and for each data-modifying CTE. */
  readonly writes: readonly Write[]
  /** Each use of a `$n`, in the order of the text. */
  readonly parameters: readonly ParameterUse[]
  readonly calls: readonly FunctionCall[]
}

export interface Write {
  readonly kind: 'insert' | 'update' | 'delete' | 'merge'
  readonly table: TableRef
  readonly scope: Scope
  /** Columns that INSERT or UPDATE SET name. */
  readonly columns: readonly string[]
  readonly location: number
}

/**
 * `statement` outermost; `cte` a WITH query; `from` a subquery in FROM; `sublink` one in an expression; `arm` a side of UNION, INTERSECT, EXCEPT.
 */
export type ScopeKind = 'statement' | 'cte' | 'from' | 'sublink' | 'arm'
export type Clause =
  | 'where'
  | 'on'
  | 'having'
  | 'select'
  | 'order'
  | 'group'
  | 'set'
  | 'values'
  | 'limit'
  | 'from'
  | 'returning'
  | 'window'

/** One query level: what one SELECT (or UPDATE, DELETE, …) can name. */
export interface Scope {
  readonly id: number
  readonly kind: ScopeKind
  readonly parent: Scope | undefined
  /** Where outer columns are looked up: the parent for `sublink` and LATERAL, further out for the others. */
  readonly outer: Scope | undefined
  /** Name of the CTE or alias of the subquery. */
  readonly name: string | undefined
  /** How an expression uses this subquery; only for `sublink`. */
  readonly sublink: Sublink | undefined
  /** The SELECT, where it is one. */
  readonly select: SelectStmt | undefined
  readonly location: number
  /** What FROM names, in the order of the text; an UPDATE's or DELETE's target is the first. */
  readonly tables: readonly TableRef[]
  /** The conjuncts of WHERE, ON and HAVING; ANDs are taken apart, ORs are one predicate with arms. */
  readonly predicates: readonly Predicate[]
  /** Column-to-column comparisons between two tables, USING and NATURAL ones too; also to a table of an outer scope. */
  readonly joins: readonly JoinEdge[]
  readonly outputs: readonly OutputColumn[]
  readonly groupBy: readonly SortItem[]
  readonly orderBy: readonly SortItem[]
  readonly distinct: 'no' | 'all' | 'on'
  readonly distinctOn: readonly SortItem[]
  readonly limit: Amount | undefined
  readonly offset: Amount | undefined
  /** FOR UPDATE and the like. */
  readonly locking: boolean
  readonly hasAggregates: boolean
  readonly hasWindows: boolean
  readonly setOperation:
    | {
        readonly operator: 'union' | 'intersect' | 'except'
        readonly all: boolean
        readonly arms: readonly Scope[]
      }
    | undefined
  /** Columns of outer scopes that are used in here, or further in. */
  readonly outerColumns: readonly ColumnUse[]
}

export interface Sublink {
  readonly type: 'exists' | 'any' | 'all' | 'scalar' | 'array' | 'row'
  readonly clause: Clause
  /** NOT (…) directly round it. */
  readonly negated: boolean
  /** Left side and operator of `x IN (…)` and `x op ANY (…)`. */
  readonly test: Node | undefined
  readonly operator: string | undefined
  readonly location: number
}

export interface TableRef {
  readonly id: number
  readonly kind: 'table' | 'cte' | 'subquery' | 'function' | 'values' | 'unknown'
  /** What the statement calls it. */
  readonly alias: string
  /** Whether the statement gave the alias. */
  readonly aliased: boolean
  readonly schema: string | undefined
  readonly name: string | undefined
  /** What is known of the table; undefined where the schema isn't known, or for other kinds. */
  readonly facts: TableFacts | undefined
  /** Of a CTE or subquery. */
  readonly scope: Scope | undefined
  readonly lateral: boolean
  /** Columns of its neighbours that a LATERAL subquery or a function uses. */
  readonly references: readonly ColumnUse[]
  /** On the side of an outer join that may be filled up with NULLs. */
  readonly nullable: boolean
  /** Names of its columns, where known. */
  readonly columns: readonly string[] | undefined
  readonly location: number
  readonly node: Node
}

/** A column that is named somewhere. */
export interface ColumnUse {
  /** Null where it can't be told whose it is. */
  readonly table: TableRef | null
  /** `*` stands for the whole row. */
  readonly name: string
  readonly facts: ColumnFacts | undefined
  readonly location: number
}

export type Operand =
  | { readonly kind: 'parameter'; readonly number: number; readonly cast: string | undefined }
  | { readonly kind: 'constant'; readonly value: string | null; readonly cast: string | undefined }
  | { readonly kind: 'column'; readonly column: ColumnUse }
  | { readonly kind: 'list'; readonly items: readonly Operand[] }
  | { readonly kind: 'subquery'; readonly scope: Scope }
  | { readonly kind: 'expression'; readonly node: Node; readonly columns: readonly ColumnUse[] }

/** The side of a predicate that an index could be on: a bare column, or an expression over one. */
export interface Subject {
  readonly column: ColumnUse
  /** The expression, where it isn't the bare column: lower(a), a::date, a ->> 'k'. */
  readonly expression:
    | {
        readonly node: Node
        readonly kind: 'function' | 'cast' | 'operator' | 'other'
        readonly name: string
      }
    | undefined
}

/**
 * - `equality` =, IS NOT DISTINCT FROM, also `= ANY (scalar)` is `in`
 * - `range` < <= > >= BETWEEN
 * - `in` IN (list), = ANY (array)
 * - `in-subquery` IN or = ANY (SELECT …)
 * - `like` LIKE, ILIKE, SIMILAR TO, ~ and their like, with `pattern`
 * - `null` IS [NOT] NULL
 * - `boolean` a bare boolean column, IS TRUE and the like
 * - `json` @> <@ ? ?| ?& @? @@ on jsonb; `->>` is an expression subject of another kind
 * - `array` @> <@ && where it isn't known to be jsonb, and `x = ANY (column)` (operator `= any`)
 * - `not-equal` <>, IS DISTINCT FROM
 * - `exists` EXISTS (SELECT …)
 * - `or` with arms
 * - `constant` mentions no column
 * - `other` anything else
 */
export type PredicateKind =
  | 'equality'
  | 'range'
  | 'in'
  | 'in-subquery'
  | 'like'
  | 'null'
  | 'boolean'
  | 'json'
  | 'array'
  | 'not-equal'
  | 'exists'
  | 'or'
  | 'constant'
  | 'other'

export interface Predicate {
  readonly kind: PredicateKind
  /** In SQL's words: `=`, `<`, `between`, `in`, `like`, `ilike`, `@>`, `is null`, … as if the subject stood on the left. */
  readonly operator: string
  readonly negated: boolean
  readonly subject: Subject | undefined
  readonly operand: Operand | undefined
  /** Upper bound of BETWEEN. */
  readonly upper: Operand | undefined
  /** Of `like`: a fixed text before the first wildcard, none, no wildcard, or not known (a parameter). */
  readonly pattern: 'prefix' | 'leading-wildcard' | 'exact' | 'unknown' | undefined
  /** Of `or`: each arm is a conjunction. */
  readonly arms: readonly (readonly Predicate[])[]
  readonly clause: 'where' | 'on' | 'having'
  /** Of `on`. */
  readonly join: 'inner' | 'left' | 'right' | 'full' | undefined
  /** Every column in it, subqueries included. */
  readonly columns: readonly ColumnUse[]
  /** Subqueries directly in it. */
  readonly subqueries: readonly Scope[]
  readonly location: number
  readonly node: Node
}

export interface JoinEdge {
  readonly left: ColumnUse
  readonly right: ColumnUse
  readonly operator: string
  readonly clause: 'where' | 'on' | 'using' | 'natural'
  readonly join: 'inner' | 'left' | 'right' | 'full' | undefined
  readonly location: number
}

export interface OutputColumn {
  /** As the client sees it; undefined for `*`. */
  readonly name: string | undefined
  /** A bare column or `*`. */
  readonly column: ColumnUse | undefined
  readonly star: boolean
  readonly columns: readonly ColumnUse[]
  readonly node: Node | undefined
  readonly location: number
}

export interface SortItem {
  readonly column: ColumnUse | undefined
  readonly node: Node
  readonly columns: readonly ColumnUse[]
  readonly descending: boolean
  /** As written or as the direction implies. */
  readonly nullsFirst: boolean
  readonly location: number
}

/** Of LIMIT and OFFSET. */
export interface Amount {
  readonly value: number | undefined
  readonly parameter: number | undefined
  readonly location: number
}

export interface ParameterUse {
  readonly number: number
  /** `compared` with a column by an operator; `assigned` to a column by SET or INSERT; `limit`, `offset`; `other` elsewhere. */
  readonly context: 'compared' | 'assigned' | 'limit' | 'offset' | 'other'
  /** Where it stands; undefined where that was not noted. */
  readonly clause: Clause | undefined
  readonly column: ColumnUse | undefined
  readonly operator: string | undefined
  /** The type that it is cast to directly. */
  readonly cast: string | undefined
  readonly location: number
}

export interface FunctionCall {
  /** `count`, or `auth.uid` with the schema that the text names. pg_catalog is left off. */
  readonly name: string
  readonly scope: Scope
  readonly clause: Clause
  readonly windowed: boolean
  readonly columns: readonly ColumnUse[]
  readonly node: Node
  readonly location: number
}

/** What the model is built with besides the tree. */
export interface ModelContext {
  readonly tables?: readonly TableFacts[]
  /** Default `public`. */
  readonly searchPath?: readonly string[]
}
