import type { Sample } from './sample.ts'
import type { TableName } from './sizes.ts'

/** What a request may do: run SQL on its connection, and tell that it added a row. */
export interface RequestContext {
  readonly sql: (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>
  /** All statements of `work` in one transaction. */
  readonly transaction: (work: () => Promise<void>) => Promise<void>
  readonly added: (table: TableName) => void
  readonly sample: Sample
}

/** One kind of request that an application serves. */
export interface Request {
  readonly name: string
  /** How often, beside the other requests of the application. */
  readonly weight: number
  readonly run: (c: RequestContext) => Promise<void>
}

/** One of the choices, each as likely. */
export const choose = <T>(...choices: readonly [T, ...T[]]): T =>
  choices[Math.floor(choices.length * Math.random())] as T

/** What happened with one form, client or journey: the statements that the fault missing-index slows down. */
export const ENTITY_HISTORY = `select action, metadata, created_at from activity_logs
  where entity_id = $1 order by created_at desc limit 50`
export const ENTITY_SUMMARY = `select action, count(*), max(created_at) from activity_logs
  where entity_id = $1 group by action`

/** Adds the log row that a change leaves. */
export const addActivity = async (
  { sql, added }: RequestContext,
  action: string,
  kind: string,
  id: string,
  supplier: string,
) => {
  await sql(
    `insert into activity_logs (supplier_id, action, entity_type, entity_id, metadata, ip_address, user_agent)
     values ($1, $2, $3, $4, $5, '10.0.0.7', 'WedMe/4.12 (iOS)')`,
    [supplier, `${kind}.${action}`, kind, id, { source: 'web' }],
  )
  added('activity_logs')
}

/** Adds the log row that a call of the API leaves. */
export const addUsage = async ({ sql, added, sample }: RequestContext, endpoint: string, status = 200) => {
  await sql(
    `insert into api_usage_logs (supplier_id, request_id, method, endpoint, status_code, duration_ms, response_bytes)
     values ($1, gen_random_uuid(), 'GET', $2, $3, $4, 1200)`,
    [sample.supplier(), endpoint, status, Math.round(5 - 60 * Math.log(1 - Math.random()))],
  )
  added('api_usage_logs')
}
