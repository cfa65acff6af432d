import { AppError } from './core/errors.ts'
import type { RunbookPlan, RunbookRun } from './core/runbook.ts'
import { BY_PROGRAM, careFor, type DatabaseCare, type DatabaseOptions } from './database-care.ts'

export interface RecoveryOptions {
  /** Looks at the plan and says whether to go on; without it the plan is run. */
  readonly approve?: (plan: RunbookPlan) => boolean | Promise<boolean>
  /** Go on outside the maintenance window. */
  readonly force?: boolean
}

/** Ways out of incidents of one database. Calling a method is the permission; `approve` sees each plan first. */
export class DatabaseRecovery {
  readonly #care: DatabaseCare

  constructor(options: DatabaseOptions) {
    this.#care = careFor(options)
    // Held from the start, so that there is a way in when every slot is taken.
    this.#care.acting.start()
  }

  /** Resolves when the connection in reserve is held, or could not be had. */
  ready(): Promise<void> {
    return this.#care.acting.ready()
  }

  /** Ends sessions that nobody has used for long and names applications that leak; spares protected ones. */
  handleConnectionPoolExhaustion(options?: RecoveryOptions): Promise<RunbookRun> {
    return this.#recover('connection-exhaustion', options)
  }

  /** Cancels statements that run without end, and ends the sessions of those that do not stop. */
  handleSlowQueries(options?: RecoveryOptions): Promise<RunbookRun> {
    return this.#recover('slow-queries', options)
  }

  /** VACUUM on the critical tables (`limits.criticalTables`), inside the maintenance window unless forced. */
  emergencyVacuum(options?: RecoveryOptions): Promise<RunbookRun> {
    return this.#recover('emergency-vacuum', options)
  }

  /** What a runbook would do now; changes nothing. */
  plan(runbook: string, options: { readonly force?: boolean } = {}): Promise<RunbookPlan> {
    return this.#care.care.recovery.plan(this.#care.target, runbook, options)
  }

  /** Recoveries of the past, newest first. */
  history(limit?: number): Promise<readonly RunbookRun[]> {
    return this.#care.care.recovery.history(this.#care.target, limit)
  }

  close(): Promise<void> {
    return this.#care.close()
  }

  /** Throws AppError `cannot-plan` where it is refused now, `not-allowed` where `approve` said no. */
  async #recover(runbook: string, { approve, force = false }: RecoveryOptions = {}): Promise<RunbookRun> {
    const plan = await this.plan(runbook, { force })
    if (approve && !(await approve(plan))) throw new AppError('not-allowed', `${runbook} was not approved`)
    const { recovery } = this.#care.care
    return recovery.run(this.#care.target, runbook, { hash: plan.hash, actor: BY_PROGRAM })
  }
}
