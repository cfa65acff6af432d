import type { RequestContext } from './request.ts'
import type { TableName } from './sizes.ts'

/** The moment by which the rows of a growing table are old. */
const AGE_COLUMN: Readonly<Partial<Record<TableName, string>>> = {
  form_responses: 'submitted_at',
  journey_events: 'created_at',
  api_usage_logs: 'created_at',
  error_logs: 'created_at',
  activity_logs: 'created_at',
  email_logs: 'created_at',
}
/** So many rows are deleted at once: small enough to be quick. */
const BATCH = 500

/** Deletes as many of the oldest rows as were added, so that a demo that runs for days keeps its size. */
export function createRetention() {
  const added = new Map<TableName, number>()
  return {
    added(table: TableName): void {
      added.set(table, (added.get(table) ?? 0) + 1)
    },
    async run({ sql }: Pick<RequestContext, 'sql'>): Promise<void> {
      for (const [table, count] of added) {
        const column = AGE_COLUMN[table]
        const limit = Math.min(count, BATCH)
        if (!column || limit === 0) continue
        added.set(table, count - limit)
        await sql(
          `delete from ${table} where id = any (array(select id from ${table} order by ${column} limit $1::integer))`,
          [limit],
        )
      }
    },
  }
}
