import { detail, id, optional } from '../core/columns.ts'
import { defineProbe, type ReadRows } from '../core/probe.ts'
import { lookupByOid } from './_lookup.ts'
import { lockedIn } from './_sql.ts'

const live = (read: ReadRows) => new Set(read('sequences').map((row) => row.oid as number))

export default defineProbe({
  name: 'sequence-values',
  title: 'Values of sequences',
  doc: 'The last value of each sequence that can run out, asked for in batches, since reading one locks it. One that somebody has locked against that is not waited for.',
  scope: 'database',
  every: 'lookup',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the sequence'),
    last_value: optional(detail('The last value given; null where none was yet, or it was not read')),
    state: detail(
      'read; denied: without USAGE or SELECT on it; locked: by somebody else; absent: unlogged ones have no value on a standby',
    ),
  },
  lookup: lookupByOid('sequence-values', live),
  sql: {
    // pg_sequence_last_value takes a RowExclusiveLock. A privilege of null: dropped meanwhile.
    14: `
with locked as materialized (${lockedIn('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')}),
asked as materialized (
  select c.oid, case
    when c.relpersistence = 'u' and pg_is_in_recovery() then 'absent'
    when c.oid in (select relation from locked) then 'locked'
    when has_sequence_privilege(c.oid, 'USAGE, SELECT') then 'read'
    when not has_sequence_privilege(c.oid, 'USAGE, SELECT') then 'denied' end as state
  from pg_class c
  where c.oid = any($1::oid[]) and c.relkind = 'S'
)
select oid, case when state = 'read' then pg_sequence_last_value(oid) end::text as last_value, state
from asked
where state is not null
order by oid`,
  },
})
