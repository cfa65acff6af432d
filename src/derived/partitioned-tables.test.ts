import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import type { Row } from '../core/table.ts'
import partitions from '../probes/partitions.ts'
import relations from '../probes/relations.ts'
import tableNames from '../probes/table-names.ts'
import partitionedTables from './partitioned-tables.ts'

type Counters = Partial<Row<typeof relations>>

const relation = (values: Counters) => row(relations, values)

/** A partitioned table, as ANALYZE saw it, with these parts; where a part is null it is a foreign table. */
const whole = (seen: number, parts: readonly (Counters | null)[]) =>
  derive(partitionedTables, {
    partitions: parts.map((_, n) => row(partitions, { oid: n + 2, parent: 1 })),
    names: [
      row(tableNames, { oid: 1, schema: 's', name: 'p', kind: 'p' }),
      ...parts.flatMap((part, n) =>
        part ? [row(tableNames, { oid: n + 2, schema: 's', name: `p${n}`, kind: 'r' })] : [],
      ),
    ],
    relations: [
      relation({ oid: 1, tuples: seen }),
      ...parts.flatMap((part, n) => (part ? [relation({ ...part, oid: n + 2 })] : [])),
    ],
    indexes: undefined,
    definitions: undefined,
  })[0]

test.each([
  [
    'never analysed: all rows',
    -1,
    [
      { live: 60, tuples: -1 },
      { live: 40, tuples: 40 },
    ],
    100,
  ],
  [
    'a partition with new rows that was analysed since',
    100,
    [
      { live: 100, tuples: 100 },
      { live: 50, tuples: 50 },
    ],
    50,
  ],
  ['a partition that went', 100, [{ live: 40, tuples: 40 }], 60],
  ['as many rows, but others', 100, [{ live: 100, tuples: 100, changed_since_analyze: 70 }], 70],
  ['counters that began anew tell nothing', 100, [{ live: 0, tuples: 100 }], 0],
  [
    'rows of a foreign table can not be compared',
    100,
    [{ live: 10, tuples: 10, changed_since_analyze: 3 }, null],
    3,
  ],
  ['no rows', -1, [{ live: 0, tuples: -1 }], 0],
] as const)('changes: %s', (_, seen, parts, changed) =>
  expect(whole(seen, parts)).toMatchObject({ changed_since_analyze: changed, estimate: seen >= 0 }),
)
