import { defineFault } from '../fault.ts'
import { templateIds, USE_TEMPLATE } from './_templates.ts'

export default defineFault({
  name: 'idle-in-transaction',
  title: 'Idle in transaction',
  doc: 'A session of web changes a row, then neither commits nor rolls back. It keeps its locks, and no VACUUM removes a row that died since.',
  async start(ctx) {
    const [row] = await templateIds(ctx)
    const session = await ctx.session({ role: 'web' })
    await session.query('begin')
    await session.query(USE_TEMPLATE, [row])
  },
})
