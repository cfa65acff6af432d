/** How a backup was made: by the server's own pg_dump in its custom format, or by ours as files of SQL. */
export type Method = 'pg_dump' | 'built-in'

/** A file of a backup. */
export interface BackupFile {
  readonly name: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  /** The statement that the file begins with, where rows for COPY follow it; other files are SQL alone. Only of the built-in method. */
  readonly copy?: string
}

/** A table whose rows are in the backup. */
export interface BackedTable {
  readonly schema: string
  readonly name: string
  readonly rows: number
  /** Sum over the rows of hashtextextended(row::text, 0): the same whatever the order of the rows. */
  readonly hash: string
  /** Which of an extension's own rows are the user's, as the extension says: `WHERE …`. */
  readonly where?: string
  /** Whose rows are compared in its place: the partitioned table above, where rows may land in another partition. */
  readonly into?: { readonly schema: string; readonly name: string }
  /** The file with its rows. Only of the built-in method. */
  readonly file?: string
}

export interface BackedSequence {
  readonly schema: string
  readonly name: string
  readonly value: string
  /** Whether `value` has been given out. */
  readonly called: boolean
}

/** What the database held in the snapshot that the backup is of: what a restore is measured against. */
export interface Contents {
  readonly tables: readonly BackedTable[]
  readonly sequences: readonly BackedSequence[]
  readonly largeObjects: { readonly count: number; readonly hash: string }
  /** `schema.table constraint`, those that were valid. */
  readonly constraints: readonly string[]
  /** `schema.index`, those that were valid. */
  readonly indexes: readonly string[]
  /** How many views, functions, triggers and policies there were. */
  readonly counts: Readonly<Record<string, number>>
  readonly extensions: readonly { readonly name: string; readonly version: string }[]
  /** Who owns something or was granted something. Not part of a backup: they must be there when it is restored. */
  readonly roles: readonly string[]
  readonly tablespaces: readonly string[]
  /** What is not part of the backup though it is in the database: foreign tables' rows. */
  readonly leftOut: readonly string[]
}

/** All that is known of a backup, kept beside it as manifest.json: the folder says by itself what it is. */
export interface Manifest extends Contents {
  readonly format: 1
  readonly id: string
  readonly target: string
  readonly database: string
  /** When the snapshot was taken, epoch milliseconds on this machine. */
  readonly at: number
  readonly seconds: number
  readonly method: Method
  /** pg_dump's version for the method pg_dump. */
  readonly tool: string
  readonly snapshot: string
  readonly server: { readonly version: number; readonly major: number; readonly encoding: string }
  /** Of the database on the server. */
  readonly databaseBytes: number
  readonly files: readonly BackupFile[]
}

export const MANIFEST = 'manifest.json'
/** Hashes of all files, as `sha256sum -c` reads them. */
export const SUMS = 'SHA256SUMS'

export const bytesOf = (manifest: Manifest): number => manifest.files.reduce((sum, f) => sum + f.bytes, 0)

export const rowsOf = (manifest: Manifest): number => manifest.tables.reduce((sum, t) => sum + t.rows, 0)
