import { detail, flag, id, optional } from '../core/columns.ts'
import { defineProbe, type ReadRows } from '../core/probe.ts'
import { lookupByOid } from './_lookup.ts'
import { locked } from './_sql.ts'

const live = (read: ReadRows) => new Set(read('sequences').map((row) => row.oid as number))

export default defineProbe({
  name: 'sequence-values',
  title: 'Values of sequences',
  doc: 'The last value of each sequence that can run out, asked for in batches, since reading one locks it. Those that somebody has locked exclusively are left out.',
  scope: 'database',
  every: 'lookup',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the sequence'),
    last_value: optional(detail('The last value given; null where none was yet, or it may not be read')),
    readable: flag('The role may read it: USAGE or SELECT on the sequence, or pg_read_all_data'),
  },
  lookup: lookupByOid('sequence-values', live),
  sql: {
    // An unlogged one has no value on a standby.
    14: `
with locked as materialized (${locked}), asked as materialized (
  select c.oid, has_sequence_privilege(c.oid, 'USAGE, SELECT')
    and not (c.relpersistence = 'u' and pg_is_in_recovery()) as readable
  from pg_class c
  where c.oid = any($1::oid[]) and c.relkind = 'S' and c.oid not in (select relation from locked)
)
select oid, case when readable then pg_sequence_last_value(oid) end::text as last_value, readable
from asked
where readable is not null
order by oid`,
  },
})
