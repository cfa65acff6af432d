import { gauge, id } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { lookupByOid } from './_lookup.ts'

export default defineProbe({
  name: 'toast-counters',
  title: 'Counters of neglected TOAST tables',
  doc: 'Rows of those TOAST tables that autovacuum was told to leave alone and nobody ever vacuumed. The probe relations leaves out all that were never vacuumed, most of which are empty.',
  scope: 'database',
  every: 'lookup',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the TOAST table'),
    live: gauge('count', 'Estimated live rows'),
    dead: gauge('count', 'Estimated dead rows'),
  },
  lookup: lookupByOid(
    'toast-counters',
    (read) =>
      new Set(
        read('neglected-toast')
          .filter((row) => row.vacuumed !== true)
          .map((row) => row.oid as number),
      ),
  ),
  sql: {
    14: `
select oid, pg_stat_get_live_tuples(oid) as live, pg_stat_get_dead_tuples(oid) as dead
from unnest($1::oid[]) as oid`,
  },
})
