import { defineFault } from '../fault.ts'

/** Dead rows wanted: more than half of all, and never fewer than rules look at. */
const SHARE = 1.6
const LEAST = 12_000

export default defineFault({
  name: 'dead-rows',
  title: 'Dead rows and no autovacuum',
  doc: 'Turns autovacuum off on form_responses and updates all its rows until more than half are dead. Switching it off turns autovacuum on again and vacuums; dead rows that an open transaction may still see go once that ends.',
  async start(ctx) {
    await ctx.query('alter table form_responses set (autovacuum_enabled = false)')
    const [{ live } = { live: 0 }] = await ctx.query('select count(*)::integer as live from form_responses')
    const wanted = Math.max(LEAST, Number(live) * SHARE)
    for (let dead = 0; dead < wanted; dead += Number(live)) {
      // In parts, so that the workload waits for no row for long. updated_at is indexed: no HOT update, no early pruning.
      for (const digit of '0123456789abcdef') {
        await ctx.query(
          `update form_responses set updated_at = clock_timestamp() where id between $1::uuid and $2::uuid`,
          [`${digit}0000000-0000-0000-0000-000000000000`, `${digit}fffffff-ffff-ffff-ffff-ffffffffffff`],
        )
      }
    }
  },
  async stop(ctx) {
    await ctx.query('alter table form_responses reset (autovacuum_enabled)')
    await ctx.query('vacuum (analyze) form_responses')
  },
  async isLeft(ctx) {
    const [row] = await ctx.query(
      `select 'autovacuum_enabled=false' = any (reloptions) as off from pg_class where oid = 'form_responses'::regclass`,
    )
    return row?.off === true
  },
})
