import type { Application } from './roles.ts'

type Rows = readonly Record<string, unknown>[]

/** A connection that a fault keeps, seen by the server as one of WedSync's applications. */
export interface FaultSession {
  query(sql: string, values?: readonly unknown[]): Promise<Rows>
  end(): Promise<void>
}

export interface SessionOptions {
  readonly role: Application
  /** `application_name`; the role's name by default. */
  readonly application?: string
}

/** What a fault works with. Sessions and repetitions end by themselves when the fault is switched off. */
export interface FaultContext {
  /** Runs SQL as superuser in the demo's database, unseen by pg_stat_statements. */
  query(sql: string, values?: readonly unknown[]): Promise<Rows>
  /** The same on the standby, which is started when there is none yet. */
  queryStandby(sql: string): Promise<Rows>
  session(options: SessionOptions): Promise<FaultSession>
  /** Runs `work` again and again on a session, with a pause in seconds; opens another one when it is lost. */
  repeat(options: SessionOptions & { pause: number }, work: (session: FaultSession) => Promise<void>): void
}

/** One thing that can be wrong with the demo, to be switched on and off while it runs. */
export interface Fault {
  readonly name: string
  readonly title: string
  /** What it does to the database, and what pgtend then shows. */
  readonly doc: string
  /** May be called when it is on in part. Resolves once the fault can be seen. */
  start(ctx: FaultContext): Promise<void>
  /** Undoes the fault, also one that a killed demo left behind. */
  stop?(ctx: FaultContext): Promise<void>
  /** Whether a demo that was killed left it behind. Sessions end with their process and need none. */
  isLeft?(ctx: FaultContext): Promise<boolean>
}

/** Checks a fault's declaration at compile time; returns it unchanged. */
export const defineFault = (fault: Fault): Fault => fault
