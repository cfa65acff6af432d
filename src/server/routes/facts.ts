import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import { factsJson } from '../../render/json.ts'
import { tables } from '../knowledge.ts'
import { defineRoute, target, targetOf } from '../route.ts'

export default defineRoute({
  path: '/api/facts/:table',
  doc: 'The latest rows of one table of facts, or why there are none. Times are epoch milliseconds, everything else base units. Literals of SQL texts are masked.',
  answer: '{ table, at, ok: true, rows } or { table, at, ok: false, reason, detail, fix? }',
  query: z.strictObject({ target }),
  handle({ query, params }, { monitor }) {
    const name = params.table ?? ''
    const table = tables.get(name)
    if (!table) {
      const close = nearest(name, tables.keys())
      throw new AppError(
        'unknown-table',
        close === undefined ? `"${name}"` : `"${name}", did you mean ${close}?`,
      )
    }
    return factsJson(table, targetOf(monitor, query.target).tables.get(name))
  },
})
