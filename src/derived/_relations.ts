import type { Row } from '../core/table.ts'
import type relations from '../probes/relations.ts'
import { byOid } from './_by-oid.ts'

/** Table counters by oid, `since` the names of the schema. */
export const relationsByOid = byOid<Row<typeof relations>>()
