/** What the optimizer knows of the watched database's tables: pure data, collected by src/shadow. Names are raw (unquoted). */
export interface SchemaFacts {
  readonly tables: readonly TableFacts[]
  /** What could not be read or rebuilt, as sentences with what would help; empty when all is known. */
  readonly gaps: readonly Gap[]
}

/** Something that plans or advice can't take into account. */
export interface Gap {
  /** `schema.name` of what is missing, or of what the statistics are missing of. */
  readonly object: string
  readonly reason: string
  /** What would mend it, for example a GRANT. */
  readonly remedy?: string
}

export interface TableFacts {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: 'table' | 'partitioned table' | 'materialized view' | 'foreign table'
  /** Oid of the table that this one is a partition of. */
  readonly partitionOf?: number
  /** As of the last ANALYZE or VACUUM, for the pages of now; null when it was never analysed. */
  readonly rows: number | null
  /** Pages of 8 kB now. */
  readonly pages: number
  /** Share of pages that are all-visible, 0..1: what index-only scans live on. */
  readonly allVisible: number
  readonly columns: readonly ColumnFacts[]
  readonly indexes: readonly IndexFacts[]
  readonly foreignKeys: readonly ForeignKeyFacts[]
  /** Share of the columns whose statistics could be read, 0..1; 1 for an empty table. */
  readonly coverage: number
  /** Rows inserted, updated or deleted since the last ANALYZE. */
  readonly modifiedSinceAnalyze: number
  readonly rowSecurity: boolean
  /** It belongs to the platform: none of its indexes is ours to make or drop. Default false. */
  readonly managed?: boolean
  /** Rows a second over the watched window, where known. */
  readonly writes?: {
    readonly inserts: number
    readonly updates: number
    readonly hotUpdates: number
    readonly deletes: number
  }
}

export interface ColumnFacts {
  readonly name: string
  /** attnum on the watched server. */
  readonly number: number
  /** As format_type writes it, for example `character varying(20)`. */
  readonly type: string
  /** pg_type.typcategory of the base type: N number, S string, D date/time, B boolean, A array, E enum, U other, … */
  readonly category: string
  readonly notNull: boolean
  readonly generated: boolean
  /** pg_statistic.stadistinct: above zero a number, below zero a share of the rows. */
  readonly nDistinct?: number
  readonly nullFraction?: number
  /** Bytes. */
  readonly avgWidth?: number
  /** Texts as the type's output writes them; both lists have the same length. */
  readonly mostCommon?: { readonly values: readonly string[]; readonly frequencies: readonly number[] }
  /** Bounds of a histogram of what isn't most common, ascending. */
  readonly histogram?: readonly string[]
  /** Between the order of the values and of the rows on disk, -1..1. */
  readonly correlation?: number
  /** Most common elements of an array or tsvector column. */
  readonly mostCommonElements?: {
    readonly values: readonly string[]
    readonly frequencies: readonly number[]
  }
}

export interface IndexFacts {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly method: string
  /** In order, INCLUDE columns left out. A column's name, or an expression's SQL text. */
  readonly keys: readonly IndexKeyFacts[]
  readonly include: readonly string[]
  readonly predicate?: string
  readonly unique: boolean
  readonly primary: boolean
  /** Name of the PRIMARY KEY, UNIQUE or EXCLUDE constraint that it belongs to. */
  readonly constraint?: string
  readonly replicaIdentity: boolean
  /** A foreign key of another table relies on it. */
  readonly referenced: boolean
  readonly valid: boolean
  /** Oid of the partitioned table's index that it is a part of. */
  readonly partOf?: number
  readonly bytes: number
  /** CREATE INDEX as PostgreSQL writes it. */
  readonly definition: string
}

export interface IndexKeyFacts {
  readonly column?: string
  readonly expression?: string
  /** Name of the operator class, where it isn't the type's default. */
  readonly opclass?: string
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface ForeignKeyFacts {
  readonly name: string
  readonly columns: readonly string[]
  readonly references: {
    readonly schema: string
    readonly table: string
    readonly columns: readonly string[]
  }
}

/** Where names without a schema are looked for: in `public` and then in the others. The planner's session has the real path. */
export const searchPathOf = ({ tables }: SchemaFacts): readonly string[] => [
  ...new Set(['public', ...tables.map((t) => t.schema).sort()]),
]
