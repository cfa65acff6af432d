import { defineFault } from '../fault.ts'

export default defineFault({
  name: 'replication-lag',
  title: 'Replication lag',
  doc: 'Pauses replay on the standby: it still receives every change and applies none, so its lag grows in time and bytes.',
  async start(ctx) {
    await ctx.queryStandby('select pg_wal_replay_pause()')
  },
  async stop(ctx) {
    await ctx.queryStandby('select pg_wal_replay_resume()')
  },
})
