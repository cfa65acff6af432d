import { gauge, label } from '../core/columns.ts'
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
  },
  sql: {
    14: `
select datname as database, age(datfrozenxid) as xid_age, mxid_age(datminmxid) as multixact_age
from pg_database
where datistemplate
order by datname`,
  },
})
