import { numbersOf } from '../core/column-rows.ts'
import { detail, id, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { lookupByOid } from './_lookup.ts'

export default defineProbe({
  name: 'role-names',
  title: 'Names of roles',
  doc: 'Names of the roles that pg_stat_statements has statements of, each fetched when it is first seen and at each sweep.',
  scope: 'instance',
  every: 'lookup',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the role'),
    role: optional(detail('Its name; null where it was dropped')),
  },
  lookup: lookupByOid('role-names', (read) => new Set(Array.from(numbersOf(read('statements'), 'user_id')))),
  sql: {
    // A row also for one that is gone, so that its name is not kept.
    14: `
select u as oid, (select rolname from pg_roles r where r.oid = u) as role
from unnest($1::oid[]) u`,
  },
})
