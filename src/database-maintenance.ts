import { type Backups, createBackups } from './backup/backups.ts'
import type { BackupRecord } from './core/backup.ts'
import { AppError } from './core/errors.ts'
import type { MaintenancePlan, MaintenanceReport, Task } from './core/maintenance.ts'
import { BY_PROGRAM, careFor, type DatabaseCare, type DatabaseOptions } from './database-care.ts'

export interface MaintenanceOptions extends DatabaseOptions {
  readonly backups?: {
    /** Where backups are kept, each in a folder of its own. */
    readonly directory: string
    /** How many are kept; default 24. Younger than `days` they are kept anyway; default 7. */
    readonly last?: number
    readonly days?: number
    /** Whether each is proved by restoring it into a throw-away server; default true. */
    readonly verify?: boolean
  }
}

/** Keeps one database in order: VACUUM, ANALYZE and REINDEX where its health calls for them. Calling a method is the permission. */
export class DatabaseMaintenance {
  readonly #care: DatabaseCare
  readonly #backups: Backups | undefined

  constructor(options: MaintenanceOptions) {
    this.#backups = options.backups && backupsOf(options, options.backups)
    this.#care = careFor(options, this.#backups ? { backups: this.#backups } : {})
  }

  /** Makes a backup now, and proves it unless told otherwise. Throws AppError `cannot-plan` without `backups.directory`. */
  async createAutomatedBackup(): Promise<BackupRecord> {
    if (!this.#backups) throw new AppError('cannot-plan', 'no directory for backups was given')
    return this.#backups.run(this.#care.target)
  }

  /** What is called for now; changes nothing. Without a task all but backups. */
  planMaintenance(task?: Task): Promise<MaintenancePlan> {
    return this.#care.care.maintenance.plan(this.#care.target, task)
  }

  /**
   * Does what is called for, one action after the other, and reports what was measured before and after each.
   * Waits, with the status `paused`, while the database is not well for reasons that maintenance does not cure.
   * Throws AppError `already-running` while another pgtend over the same store maintains it.
   */
  performMaintenance(
    options: { readonly task?: Task; readonly dryRun?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<MaintenanceReport> {
    return this.#care.care.maintenance.performMaintenance(this.#care.target, {
      ...options,
      actor: BY_PROGRAM,
    })
  }

  /** Reports of the past, newest first. */
  history(limit?: number): Promise<readonly MaintenanceReport[]> {
    return this.#care.care.maintenance.history(this.#care.target, limit)
  }

  /** Cancels what runs and lets go of the database. */
  async close(): Promise<void> {
    await this.#care.close()
    await this.#backups?.stop()
  }
}

function backupsOf(
  { url, store, env = process.env, onError = () => undefined }: DatabaseOptions,
  { directory, last = 24, days = 7, verify = true }: NonNullable<MaintenanceOptions['backups']>,
): Backups {
  return createBackups({
    ...{ ledger: store.ledger, directory, keep: { last, days }, env, onError },
    verify: verify ? 'each' : 'never',
    ...{ expected: false, tools: 'auto', urlOf: () => url },
  })
}
