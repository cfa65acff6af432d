import type { FaultContext } from '../fault.ts'

type Query = Pick<FaultContext, 'query'>

const validity = async (ctx: Query, name: string): Promise<boolean | undefined> => {
  const [row] = await ctx.query('select indisvalid from pg_index where indexrelid = to_regclass($1)', [name])
  return row?.indisvalid as boolean | undefined
}

export const indexExists = async (ctx: Query, name: string) => (await validity(ctx, name)) !== undefined
export const indexIsValid = async (ctx: Query, name: string) => (await validity(ctx, name)) === true

export const dropIndex = async (ctx: Query, name: string): Promise<void> =>
  void (await ctx.query(`drop index concurrently if exists ${name}`))

const LOCK_TIMEOUT = '55P03'

/**
 * Makes an index without stopping the workload. A concurrent build waits for every statement that was running before it,
 * so while one waits for a lock (blocking-chain) the build is a plain one, which stops writes for a second.
 * An index that an interrupted build left invalid is made anew.
 */
export async function ensureIndex(ctx: Query, name: string, on: string): Promise<void> {
  if (await indexIsValid(ctx, name)) return
  await dropIndex(ctx, name)
  const [row] = await ctx.query(
    `select exists (select from pg_stat_activity where wait_event_type = 'Lock' and backend_xmin is not null) as stuck`,
  )
  if (row?.stuck === true) return plain(ctx, name, on)
  try {
    await ctx.query(`create index concurrently ${name} on ${on}`)
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_TIMEOUT) throw error
    await dropIndex(ctx, name)
    await plain(ctx, name, on)
  }
}

const plain = async (ctx: Query, name: string, on: string): Promise<void> =>
  void (await ctx.query(`create index ${name} on ${on}`))
