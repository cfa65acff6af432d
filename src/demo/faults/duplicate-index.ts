import { defineFault } from '../fault.ts'
import { dropIndex, ensureIndex, indexExists } from './_indexes.ts'

const INDEX = 'api_usage_logs_created_at_idx1'

export default defineFault({
  name: 'duplicate-index',
  title: 'Duplicate index',
  doc: 'Creates a second index on api_usage_logs (created_at), the same as the one there is, as a migration run twice would.',
  start: (ctx) => ensureIndex(ctx, INDEX, 'api_usage_logs (created_at)'),
  stop: (ctx) => dropIndex(ctx, INDEX),
  isLeft: (ctx) => indexExists(ctx, INDEX),
})
