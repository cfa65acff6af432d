import { counter, gauge, label, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'template-ages',
  title: 'Ages of template databases',
  doc: 'Transaction id age of the databases that others are copied from. Nobody works in them, but the oldest database of all, whatever it is for, is where the server stops writes.',
  scope: 'instance',
  every: 'sweep',
  needs: 'any',
  rows: 'many',
  columns: {
    database: label('Name of the template database'),
    xid_age: gauge('count', 'Age of its oldest unfrozen transaction id; writes stop at about 2.1 billion'),
    multixact_age: gauge('count', 'Age of its oldest multixact id; writes stop at about 2.1 billion'),
    checksum_failures: optional(counter('count', 'Corrupt blocks detected; null where checksums are off')),
  },
  sql: {
    14: `
select datname as database, age(datfrozenxid) as xid_age, mxid_age(datminmxid) as multixact_age,
  pg_stat_get_db_checksum_failures(oid) as checksum_failures
from pg_database
where datistemplate
order by datname`,
  },
})
