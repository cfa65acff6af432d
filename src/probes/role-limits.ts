import { flag, gauge, label } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'role-limits',
  title: 'Roles with a connection limit',
  doc: 'Roles that may log in and have a connection limit of their own. Superusers are left out: they are let in beyond it.',
  scope: 'instance',
  every: 'sweep',
  needs: 'any',
  rows: 'many',
  columns: {
    role: label('Name of the role'),
    limit: gauge('count', 'Connections that it may have at a time'),
    current: flag('It is the role that pgtend logged in as'),
  },
  sql: {
    14: `
select rolname as role, rolconnlimit as limit, rolname = session_user as current
from pg_roles
where rolcanlogin and rolconnlimit >= 0 and not rolsuper
order by rolname`,
  },
})
