import { id } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'partitions',
  title: 'Partitions',
  doc: 'Which table is a partition of which, and which index a part of which, one level each. Ordinary inheritance is not meant.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the partition, or of the index on it'),
    parent: id('Oid of the partitioned table or index right above it'),
  },
  sql: {
    14: `
select i.inhrelid as oid, i.inhparent as parent
from pg_inherits i
join pg_class c on c.oid = i.inhrelid
where c.relispartition`,
  },
})
