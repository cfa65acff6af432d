import { id, list } from '../core/columns.ts'
import { defineProbe, type ReadRows } from '../core/probe.ts'
import { lookupByOid } from './_lookup.ts'

const live = (read: ReadRows) => new Set(read('unindexed-foreign-keys').map((row) => row.oid as number))

export default defineProbe({
  name: 'foreign-key-columns',
  title: 'Columns of foreign keys',
  doc: 'The names of the referring columns of those foreign keys that lack an index.',
  scope: 'database',
  every: 'lookup',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the constraint'),
    names: list<string>('Names of its columns, in its order'),
  },
  lookup: lookupByOid('foreign-key-columns', live),
  sql: {
    14: `
select k.oid, json_agg(a.attname order by u.nth) as names
from pg_constraint k
cross join lateral unnest(k.conkey) with ordinality as u(attnum, nth)
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum
where k.oid = any($1::oid[])
group by k.oid
order by k.oid`,
  },
})
