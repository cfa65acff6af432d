import { defineFault } from '../fault.ts'
import { dropIndex, ensureIndex, indexExists } from './_indexes.ts'

const INDEX = 'activity_logs_ip_address_user_agent_idx'

export default defineFault({
  name: 'unused-index',
  title: 'Unused index',
  doc: 'Creates a large index on activity_logs that no statement uses: it costs disk space and makes every insert slower.',
  start: (ctx) => ensureIndex(ctx, INDEX, 'activity_logs (ip_address, user_agent)'),
  stop: (ctx) => dropIndex(ctx, INDEX),
  isLeft: (ctx) => indexExists(ctx, INDEX),
})
