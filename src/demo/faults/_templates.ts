import type { FaultContext } from '../fault.ts'

/** Rows for faults to lock: the workload only reads templates, so it never waits for them. */
export async function templateIds(
  ctx: Pick<FaultContext, 'query'>,
): Promise<readonly [string, string, string]> {
  const rows = await ctx.query('select id from email_templates order by id limit 3')
  const [first, second, third] = rows.map((row) => String(row.id))
  if (!first || !second || !third) throw new Error('email_templates has fewer than three rows')
  return [first, second, third]
}

export const USE_TEMPLATE = 'update email_templates set usage_count = usage_count + 1 where id = $1'
