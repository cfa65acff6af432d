import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { defineRoute, target, targetOf } from '../route.ts'

const GIB = 1024 ** 3

export default defineRoute({
  method: 'POST',
  path: '/api/measure',
  doc: 'Measures bloat with pgstattuple: of the named tables (with their B-trees) and indexes, else of the 20 largest. It reads their pages, so it needs the permission to act. Answers when it is done. Body: `target`, `relations` (names, with or without schema), `cap` (bytes; larger ones are not read, default 10 GiB), `timeout` (seconds for each, default 60).',
  answer: '{ rows: [{ schema, table, index, size, bloat }], unknown: [reason] }',
  query: z.strictObject({}),
  body: z.strictObject({
    target,
    relations: z.array(z.string().min(1).max(200)).min(1).max(20).optional(),
    cap: z
      .number()
      .positive()
      .default(10 * GIB),
    timeout: z.number().min(1).max(600).default(60),
  }),
  handle({ body }, { monitor, operator, bloat }) {
    const { id } = targetOf(monitor, body.target)
    if (!bloat) throw new AppError('no-store', 'measurements are kept in the history store')
    if (!operator?.allowed) throw new AppError('not-allowed', 'bloat is measured where actions are allowed')
    const { relations: names, cap, timeout } = body
    return bloat.measure(id, { ...(names ? { names } : {}), cap, timeout: timeout * 1000 })
  },
})
