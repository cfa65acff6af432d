import { numbersOf } from '../core/column-rows.ts'
import { gauge, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { fail } from '../core/outcome.ts'
import databaseSize from '../probes/database-size.ts'
import indexes from '../probes/indexes.ts'
import relations from '../probes/relations.ts'
import tempFiles from '../probes/temp-files.ts'
import walFiles from '../probes/wal-files.ts'
import { blockSize } from './_blocks.ts'

export default defineDerived({
  name: 'storage',
  title: 'Storage',
  doc: 'Size of the database against its limit, and what WAL and temporary files take beside it. The size is the exact one of the last sweep, or the sum of all pages where that is more by now.',
  rows: 'one',
  from: {
    sizes: databaseSize,
    relations: maybe(relations),
    indexes: maybe(indexes),
    wal: maybe(walFiles),
    temp: maybe(tempFiles),
  },
  columns: {
    database: gauge('bytes', 'Size of the database'),
    limit: optional(gauge('bytes', 'Limit set in the configuration')),
    used: optional(gauge('ratio', 'Size out of the limit')),
    wal: optional(gauge('bytes', 'WAL files on disk')),
    temp: optional(gauge('bytes', 'Temporary files on disk')),
  },
  history: ['database', 'wal', 'temp'],
  compute({ sizes, relations = [], indexes = [], wal, temp }, { server, limits }) {
    const exact = sizes.find((s) => s.current)
    if (!exact) return fail('failed', `the size of ${server.database} was not told`)
    const pages = sumOf(relations) + sumOf(indexes)
    const database = Math.max(exact.size, pages * blockSize(server))
    const limit = limits.storage
    return [
      {
        database,
        limit,
        used: limit === null ? null : database / limit,
        wal: wal?.[0]?.size ?? null,
        temp: temp?.[0]?.size ?? null,
      },
    ]
  },
})

function sumOf(rows: readonly { readonly pages: number }[]): number {
  const pages = numbersOf(rows, 'pages')
  let sum = 0
  for (let at = 0; at < pages.length; at++) sum += pages[at] as number
  return sum
}
