import { detail, id, list } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

const sql = (enforced: string) => `
select k.oid, k.conname as name, k.conrelid as table_oid, to_json(k.conkey) as columns, k.confrelid as target_oid,
  k.conparentid as parent
from pg_constraint k
where k.contype = 'f' and k.conrelid >= 16384${enforced}`

export default defineProbe({
  name: 'foreign-keys',
  title: 'Foreign keys',
  doc: 'Each foreign key that is enforced, with the numbers of its columns: nothing ever checks one that is NOT ENFORCED (PostgreSQL 18 and newer). Those of partitions point to the one of the parent that made them.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the constraint'),
    name: detail('Its name, unique within its table'),
    table_oid: id('Oid of the table whose rows refer'),
    columns: list<number>('Numbers of the referring columns'),
    target_oid: id('Oid of the table referred to'),
    parent: id('Oid of the constraint that it is a part of; 0 where it stands for itself'),
  },
  sql: { 14: sql(''), 18: sql(' and k.conenforced') },
})
