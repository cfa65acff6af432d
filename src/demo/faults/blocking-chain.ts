import { defineFault, type FaultSession } from '../fault.ts'
import { templateIds, USE_TEMPLATE } from './_templates.ts'

/** Waits for a row and, when it gets it, goes its way: ending the blocker by hand frees the chain. */
const waitFor = (session: FaultSession, row: string): void => {
  const finish = async () => {
    await session.query(USE_TEMPLATE, [row])
    await session.query('rollback')
    await session.end()
  }
  void finish().catch(() => {})
}

export default defineFault({
  name: 'blocking-chain',
  title: 'Blocking chain of three',
  doc: 'A session of worker holds a row and does nothing; one of api waits for it and holds another, for which one of web waits. Ending the first frees the others.',
  async start(ctx) {
    const [, second, third] = await templateIds(ctx)
    const [root, middle, last] = await Promise.all([
      ctx.session({ role: 'worker' }),
      ctx.session({ role: 'api' }),
      ctx.session({ role: 'web' }),
    ])
    for (const session of [root, middle, last]) await session.query('begin')
    await root.query(USE_TEMPLATE, [second])
    await middle.query(USE_TEMPLATE, [third])
    waitFor(middle, second)
    waitFor(last, third)
  },
})
