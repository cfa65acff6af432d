/** A model in the making: what the files that build it share. */
import type { Node } from 'libpg-query'
import type {
  ColumnUse,
  FunctionCall,
  ModelContext,
  ParameterUse,
  Scope,
  ScopeKind,
  Sublink,
  Write,
} from './model.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] }

export interface Draft extends Omit<Mutable<Scope>, 'parent' | 'outer'> {
  parent: Draft | undefined
  outer: Draft | undefined
  /** WITH queries that may be named here and further in; a recursive one is there before it is built. */
  readonly ctes: Map<string, Scope | undefined>
}

export interface ScopeOptions {
  readonly kind: ScopeKind
  readonly parent?: Draft
  readonly outer?: Draft | undefined
  readonly name?: string | undefined
  readonly sublink?: Sublink
}

export interface Builder {
  readonly context: ModelContext
  readonly scopes: Draft[]
  readonly writes: Write[]
  readonly calls: FunctionCall[]
  /** By the object in the tree, so that an expression is looked through once and classified afterwards. */
  readonly columns: Map<object, ColumnUse>
  readonly sublinks: Map<object, Scope>
  readonly parameters: Map<object, ParameterUse>
  tables: number
  /** Builds the scope of any statement below this one. */
  build(node: Node, options: ScopeOptions): Scope
}

export function newDraft(builder: Builder, options: ScopeOptions, location: number): Draft {
  const draft: Draft = {
    id: builder.scopes.length,
    kind: options.kind,
    parent: options.parent,
    outer: options.outer,
    name: options.name,
    sublink: options.sublink,
    select: undefined,
    location,
    ...{ tables: [], predicates: [], joins: [], outputs: [], groupBy: [], orderBy: [], distinctOn: [] },
    ...{ distinct: 'no' as const, limit: undefined, offset: undefined, setOperation: undefined },
    ...{ locking: false, hasAggregates: false, hasWindows: false },
    outerColumns: [],
    ctes: new Map(),
  }
  builder.scopes.push(draft)
  return draft
}
