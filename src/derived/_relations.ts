import { byNumber } from '../core/by-number.ts'
import type { Row } from '../core/table.ts'
import type relations from '../probes/relations.ts'
import { memoized } from './_names.ts'

/** Table counters by oid, made once for all that look there. */
export const relationsByOid = memoized((rows: readonly Row<typeof relations>[]) => byNumber(rows, 'oid'))
