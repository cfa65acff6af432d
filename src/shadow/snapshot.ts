import type { Capabilities } from '../core/server.ts'

/** What was read of the watched database, as its catalogs have it. Oids are the watched server's. Pure data, JSON. */
export interface Snapshot {
  readonly platform: Capabilities['platform']
  readonly database: DatabaseRow
  readonly settings: readonly SettingRow[]
  readonly roleSettings: readonly RoleSettingRow[]
  readonly extensions: readonly ExtensionRow[]
  readonly collations: readonly CollationRow[]
  readonly types: readonly TypeRow[]
  readonly functions: readonly FunctionRow[]
  readonly relations: readonly RelationRow[]
  readonly columns: readonly ColumnRow[]
  readonly constraints: readonly ConstraintRow[]
  readonly indexes: readonly IndexRow[]
  readonly inheritance: readonly InheritanceRow[]
  readonly policies: readonly PolicyRow[]
  readonly roles: readonly RoleRow[]
  readonly statistics: readonly StatisticRow[]
  readonly extendedStatistics: readonly ExtendedStatisticRow[]
  /** `all`: pg_statistic itself was read. `visible`: only what pg_stats shows this role. */
  readonly statisticsAccess: 'all' | 'visible'
  /** Relations that somebody held an exclusive lock on: sizes from the last VACUUM, nothing deparsed. */
  readonly locked: readonly number[]
  /** Catalogue queries that were sent. */
  readonly queries: number
}

export interface DatabaseRow {
  readonly name: string
  readonly version: number
  readonly user: string
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  /** c libc, i ICU, b builtin. */
  readonly provider: string
  readonly locale: string | null
  readonly blockSize: number
}

export interface SettingRow {
  readonly name: string
  readonly value: string
  readonly boot: string
  readonly source: string
}

/** Of ALTER ROLE and ALTER DATABASE SET; a null means all roles, or all databases. */
export interface RoleSettingRow {
  readonly role: string | null
  readonly database: string | null
  readonly setting: string
}

export interface ExtensionRow {
  readonly name: string
  readonly schema: string
  readonly version: string
  /** Types that it brings, by name. */
  readonly types: readonly string[]
}

export interface CollationRow {
  readonly schema: string
  readonly name: string
  readonly provider: string
  readonly deterministic: boolean
  readonly locale: string | null
}

export interface TypeRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** e enum, d domain, c composite, r range. */
  readonly kind: 'e' | 'd' | 'c' | 'r'
  readonly labels: readonly string[] | null
  readonly base: string | null
  readonly notNull: boolean
  readonly checks: readonly string[] | null
  readonly attributes: readonly { readonly name: string; readonly type: string }[] | null
  readonly subtype: string | null
  readonly collation: string | null
}

export interface FunctionRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly definition: string | null
  readonly leakproof: boolean
  readonly owner: string
}

/** relkind: r table, p partitioned, m materialized view, f foreign table, v view. */
export interface RelationRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly kind: 'r' | 'p' | 'm' | 'f' | 'v'
  readonly owner: string
  readonly pages: number
  readonly tuples: number
  readonly allVisible: number
  /** Bytes of the main fork now; null where it could not be asked for. */
  readonly bytes: number | null
  readonly options: readonly string[] | null
  readonly rowSecurity: boolean
  readonly forceRowSecurity: boolean
  readonly partitionKey: string | null
  readonly partitionBound: string | null
  readonly definition: string | null
  readonly modified: number
  readonly lastAnalyze: string | null
}

export interface ColumnRow {
  readonly relation: number
  readonly number: number
  readonly name: string
  readonly type: string
  readonly category: string
  readonly notNull: boolean
  /** s stored, v virtual, '' none. */
  readonly generated: string
  readonly expression: string | null
  /** Where it isn't the type's own. */
  readonly collation: string | null
  readonly collatable: boolean
}

export interface ConstraintRow {
  readonly oid: number
  readonly name: string
  /** p primary key, u unique, x exclusion, c check, f foreign key. */
  readonly kind: 'p' | 'u' | 'x' | 'c' | 'f'
  readonly relation: number
  readonly index: number
  readonly referenced: number
  readonly parent: number
  readonly columns: readonly number[] | null
  readonly referencedColumns: readonly number[] | null
  readonly definition: string | null
}

export interface IndexRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly relation: number
  /** i or I (of a partitioned table). */
  readonly kind: 'i' | 'I'
  readonly method: string
  readonly unique: boolean
  readonly primary: boolean
  readonly valid: boolean
  readonly replicaIdentity: boolean
  readonly pages: number
  readonly tuples: number
  readonly bytes: number | null
  /** attnums, 0 for an expression. */
  readonly columns: readonly number[]
  readonly keyCount: number
  readonly options: readonly number[]
  /** Operator classes with their schema unless pg_catalog; null for a type's default. */
  readonly opclasses: readonly (string | null)[]
  /** Keys as SQL text, where they could be deparsed. */
  readonly keys: readonly (string | null)[] | null
  readonly predicate: string | null
  readonly hasPredicate: boolean
  readonly definition: string | null
}

export interface InheritanceRow {
  readonly child: number
  readonly parent: number
  readonly sequence: number
}

export interface PolicyRow {
  readonly relation: number
  readonly name: string
  readonly permissive: boolean
  /** * all, r select, a insert, w update, d delete. */
  readonly command: string
  /** Empty: PUBLIC. */
  readonly roles: readonly string[]
  readonly using: string | null
  readonly check: string | null
}

export interface RoleRow {
  readonly name: string
  readonly superuser: boolean
  readonly bypassRowSecurity: boolean
  /** Roles whose rights it has without SET ROLE. */
  readonly memberOf: readonly string[]
}

/** One slot of pg_statistic. */
export interface Slot {
  readonly kind: number
  /** regoperator, or null for the type's default. */
  readonly operator: string | null
  /** regcollation, or null for the column's. */
  readonly collation: string | null
  readonly numbers: readonly number[] | null
  /** The array as PostgreSQL writes it. */
  readonly values: string | null
}

export interface StatisticRow {
  readonly relation: number
  readonly number: number
  readonly inherited: boolean
  readonly nullFraction: number
  readonly width: number
  readonly distinct: number
  readonly slots: readonly Slot[]
}

export interface ExtendedStatisticRow {
  readonly oid: number
  readonly relation: number
  readonly schema: string
  readonly name: string
  readonly definition: string | null
  /** Types of its columns are all built in, so that the bytes mean the same in another database. */
  readonly portable: boolean
  readonly data: readonly {
    readonly inherited: boolean
    /** Hexadecimal bytes. */
    readonly ndistinct: string | null
    readonly dependencies: string | null
    readonly mcv: string | null
  }[]
}
