import { detail, gauge, label, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch, secondsSince } from './_sql.ts'

export default defineProbe({
  name: 'prepared-transactions',
  title: 'Prepared transactions',
  doc: 'Transactions prepared for two-phase commit and not ended, in all databases. They keep their locks and hold back VACUUM over a restart.',
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  rows: 'many',
  columns: {
    transaction: label('The name that it was prepared under'),
    database: detail('Database that it is in'),
    owner: detail('Role that prepared it'),
    prepared_at: time('When it was prepared'),
    age: gauge('seconds', 'Since then'),
    xmin_age: gauge('count', 'Transactions since it took its transaction id'),
  },
  sql: {
    14: `
select gid as transaction, database, owner, ${epoch('prepared')} as prepared_at, ${secondsSince('prepared')} as age,
  age(transaction) as xmin_age
from pg_prepared_xacts
order by prepared, gid`,
  },
})
