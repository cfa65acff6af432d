/** What restoring a backup into a throw-away server has shown. */
export interface Verified {
  /** Epoch milliseconds. */
  readonly at: number
  /** Every file is as it was written, and everything that could be compared is equal. */
  readonly ok: boolean
  /** From nothing to a database with all of its indexes: the measured recovery time on this machine. */
  readonly seconds: number
  /** One sentence: what is as it was, or what is wrong. */
  readonly detail: string
  /** What could not be restored there and is therefore not proved, with the reason. */
  readonly notVerifiable: readonly string[]
}

/** A process, told from a later one with the same number. */
export interface Owner {
  readonly host: string
  readonly pid: number
  readonly started: string
}

/** A backup as the ledger keeps it (kind `backup`). */
export interface BackupRecord {
  /** Also the name of its folder. */
  readonly id: string
  readonly target: string
  /** When it was begun, epoch milliseconds. */
  readonly at: number
  readonly status: 'running' | 'done' | 'failed'
  /** Who runs it, while it runs. */
  readonly owner?: Owner
  readonly database?: string
  readonly serverVersion?: number
  /** Of the files. */
  readonly bytes?: number
  readonly databaseBytes?: number
  readonly tables?: number
  readonly rows?: number
  readonly seconds?: number
  readonly method?: 'pg_dump' | 'built-in'
  readonly snapshot?: string
  readonly verified?: Verified
  /** Why it failed. */
  readonly error?: string
  /** When retention took its files away. */
  readonly removedAt?: number
}

/** What rules know of a target's backups. */
export interface BackupState {
  /** Since when backups of it are expected here, epoch milliseconds. */
  readonly since: number
  readonly lastAttempt: number | null
  /** Why the last attempt failed; null where it did not. */
  readonly lastError: string | null
  /** The newest whole backup that is still there. */
  readonly newest: BackupRecord | null
  /** The newest that was restored and found equal. */
  readonly proved: BackupRecord | null
  readonly kept: number
}

/** A statement that a restore left out. */
export interface LeftOut {
  /** In full, for an administrator to run. */
  readonly statement: string
  readonly reason: string
}
