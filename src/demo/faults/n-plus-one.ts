import { defineFault } from '../fault.ts'

/** Invoices on a page. */
const PAGE = 40

export default defineFault({
  name: 'n-plus-one',
  title: 'N+1 queries',
  doc: 'An application that lists the newest invoices and asks for each one’s client by a statement of its own, 40 for each list. pgtend advises one statement in place of them.',
  async start(ctx) {
    ctx.repeat({ role: 'api', application: 'invoice-list', pause: 0.5 }, async (session) => {
      const invoices = await session.query(
        'select id, number, total, client_id from invoices order by id desc limit $1',
        [PAGE],
      )
      for (const { client_id: client } of invoices)
        await session.query('select partner_one, partner_two, email from clients where id = $1', [client])
    })
  },
})
