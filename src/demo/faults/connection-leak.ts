import { defineFault } from '../fault.ts'

const CONNECTIONS = 25

export default defineFault({
  name: 'connection-leak',
  title: 'Connection leak',
  doc: 'An application named booking-sync opens 25 connections, uses each once and never closes them.',
  async start(ctx) {
    for (let n = 0; n < CONNECTIONS; n++) {
      const session = await ctx.session({ role: 'api', application: 'booking-sync' })
      await session.query('select count(*) from clients where wedding_date = current_date')
    }
  },
})
