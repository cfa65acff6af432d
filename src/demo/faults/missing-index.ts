import { defineFault } from '../fault.ts'
import { ENTITY_SUMMARY } from '../request.ts'
import { dropIndex, ensureIndex, indexIsValid } from './_indexes.ts'

const INDEX = 'activity_logs_entity_id_created_at_idx'

export default defineFault({
  name: 'missing-index',
  title: 'Missing index',
  doc: 'Drops an index on activity_logs that the summary of a form needs, and asks for such summaries twice a second. Each reads the whole table: sequential scans.',
  async start(ctx) {
    await dropIndex(ctx, INDEX)
    const forms = await ctx.query('select id from forms order by id desc limit 500')
    ctx.repeat({ role: 'web', pause: 0.5 }, async (session) => {
      const form = forms[Math.floor(Math.random() * forms.length)]
      await session.query(ENTITY_SUMMARY, [form?.id])
    })
  },
  stop: (ctx) => ensureIndex(ctx, INDEX, 'activity_logs (entity_id, created_at desc)'),
  isLeft: async (ctx) => !(await indexIsValid(ctx, INDEX)),
})
