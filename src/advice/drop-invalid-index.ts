import { defineAdvice } from '../core/advice.ts'
import { formatBytes } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { qualifiedName, shownName } from '../core/identifier.ts'
import type { Row } from '../core/table.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'
import indexDdl from '../probes/index-ddl.ts'
import { dropAndRestore } from './_index-ddl.ts'

/** PostgreSQL lets nobody but superusers into pg_toast, not even the owner of the table. */
const rights = ({ table_schema, table }: Row<typeof invalidIndexes>): string =>
  `It takes a superuser, or the owner of ${qualifiedName(table_schema, table)} after GRANT USAGE ON SCHEMA pg_toast.`

export default defineAdvice({
  name: 'drop-invalid-index',
  title: 'Drop an invalid index',
  doc: 'An invalid index helps no query, but writes may still have to keep it up. Dropping it loses nothing; if it was wanted, it must be made again.',
  needs: { indexes: invalidIndexes, ddl: maybe(indexDdl) },
  thresholds: {},
  recommend({ indexes, ddl }) {
    return indexes
      .filter((i) => i.kept_because === null)
      .map((i) => ({
        subject: `index ${shownName(i.schema, i.index)}`,
        summary: i.leftover_of
          ? `The invalid index ${shownName(i.schema, i.index)} was left behind by a failed rebuild of ${i.leftover_of}.`
          : `The index ${shownName(i.schema, i.index)} on ${i.table} is invalid: no query may use it.`,
        evidence: { table: shownName(i.table_schema, i.table), size: i.size, leftover_of: i.leftover_of },
        gain: `${i.toast ? 'Its room on disk' : `${formatBytes(i.size)} of disk`}, and less work for each write to ${i.table}`,
        risk: `${
          i.leftover_of
            ? `None, once ${qualifiedName(i.schema, i.leftover_of)} is there and valid.`
            : 'None for queries; if the index is wanted, make it again with the statement given as undo.'
        }${i.toast ? ` ${rights(i)}` : ''}`,
        confidence: 'high' as const,
        because: 'PostgreSQL marks it as invalid and no build of it is running.',
        // Nobody makes an index of a TOAST table: PostgreSQL has its own.
        ...dropAndRestore(i, i.toast ? undefined : ddl),
        action: { name: 'drop-invalid-index', input: { schema: i.schema, index: i.index } },
      }))
  },
})
