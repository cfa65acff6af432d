import { z } from 'zod'
import { defineRoute } from '../route.ts'

export default defineRoute({
  path: '/healthz',
  doc: 'Is this server itself up. Says nothing about any database.',
  answer: '{ ok: true }',
  query: z.strictObject({}),
  handle: () => ({ ok: true }),
})
