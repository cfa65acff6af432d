import fc from 'fast-check'
import { expect, test } from 'vitest'
import { context, row } from '../../test/facts.ts'
import foreignKeys from '../probes/foreign-keys.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import partitions from '../probes/partitions.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import autovacuumDue from './autovacuum-due.ts'
import indexUsage from './index-usage.ts'
import statisticsAge from './statistics-age.ts'
import tables from './tables.ts'
import unindexedForeignKeys from './unindexed-foreign-keys.ts'

/** Few values, so that most things stay as they are and some come back to what they were. */
const few = fc.integer({ min: 0, max: 2 })
const moment = fc.option(few)
const someOf = <T extends { readonly oid: number }>(rows: fc.Arbitrary<T>) =>
  fc.uniqueArray(rows, { selector: (r) => r.oid, maxLength: 8 })
/** Few lists, so that the same one often comes again. */
const two = <T>(lists: fc.Arbitrary<T>) => fc.tuple(lists, lists)

const relationRows = someOf(
  fc
    .record({
      ...{ oid: fc.integer({ min: 1, max: 8 }), live: few, dead: few, pages: few, tuples: few },
      ...{ changed_since_analyze: few, inserted_since_vacuum: few, rows_deleted: few, seq_scans: few },
      ...{ last_vacuum: moment, last_analyze: moment },
    })
    .map((values) => row(relations, values)),
)
const indexRows = someOf(
  fc
    .record({ oid: fc.integer({ min: 20, max: 27 }), pages: few, scans: few, last_scan: moment })
    .map((values) => row(indexes, values)),
)
const parameterRows = someOf(
  fc
    .record({
      oid: fc.integer({ min: 1, max: 8 }),
      options: fc.constantFrom(['autovacuum_enabled=off'], ['autovacuum_analyze_threshold=7']),
    })
    .map((values) => row(storageParameters, values)),
)
const partitionRows = someOf(
  fc
    .constantFrom(
      ...[
        { oid: 2, parent: 1 },
        { oid: 3, parent: 1 },
        { oid: 4, parent: 3 },
        { oid: 21, parent: 20 },
      ],
      ...[
        { oid: 22, parent: 20 },
        { oid: 1, parent: 5 },
      ],
    )
    .map((values) => row(partitions, values)),
)
const definitionRows = someOf(
  fc
    .record({
      ...{ oid: fc.integer({ min: 20, max: 27 }), table_oid: fc.integer({ min: 1, max: 3 }) },
      ...{ keys: fc.constantFrom('1', '2', '1 2'), primary: fc.boolean(), partitioned: fc.boolean() },
    })
    .map((values) =>
      row(indexDefinitions, {
        ...{ ...values, name: `i${values.oid}`, valid: true, ready: true, method: 'btree' },
        key_columns: values.keys.split(' ').length,
      }),
    ),
)
const keyRows = someOf(
  fc
    .record({
      ...{ oid: fc.integer({ min: 40, max: 45 }), table_oid: fc.integer({ min: 1, max: 3 }) },
      ...{ target_oid: fc.integer({ min: 1, max: 4 }), columns: fc.constantFrom([1], [2]) },
    })
    .map((values) => row(foreignKeys, { ...values, name: `k${values.oid}` })),
)
const names = [1, 2, 3, 4, 5].map((oid) =>
  row(tableNames, {
    oid,
    schema: 's',
    name: `t${oid}`,
    kind: oid === 5 ? 'p' : 'r',
    toast_oid: (oid % 3) + 6,
  }),
)
const servers = [{}, { autovacuum_analyze_threshold: '9' }, { autovacuum: 'off' }].map(
  (settings) => context({ server: { settings: { block_size: '8192', ...settings } } }).server,
)

/** Two lists of each kind, and which of them each of a few minutes sees. */
const pick = fc.integer({ min: 0, max: 1 })
const minutes = fc.array(
  fc.record({
    ...{ relations: fc.nat({ max: 3 }), indexes: fc.nat({ max: 3 }), server: fc.constantFrom(0, 0, 0, 1, 2) },
    ...{ parameters: pick, partitions: fc.option(pick), definitions: pick, keys: fc.option(pick) },
    since: moment,
  }),
  { minLength: 2, maxLength: 8 },
)
const lists = fc.record({
  relations: fc.array(relationRows, { minLength: 4, maxLength: 4 }),
  indexes: fc.array(indexRows, { minLength: 4, maxLength: 4 }),
  parameters: two(parameterRows),
  partitions: two(partitionRows),
  definitions: two(definitionRows),
  keys: two(keyRows),
})

test.each([tables, autovacuumDue, indexUsage, unindexedForeignKeys])(
  '$name: after whatever minutes, the rows of the last are those of a first one',
  (derived) => {
    fc.assert(
      fc.property(lists, minutes, (has, seen) => {
        // The same names are the same schema: with a copy nothing is remembered.
        const same = [...names]
        for (const minute of seen) {
          const given = {
            relations: has.relations[minute.relations],
            indexes: has.indexes[minute.indexes],
            parameters: has.parameters[minute.parameters],
            partitions: minute.partitions === null ? undefined : has.partitions[minute.partitions],
            definitions: has.definitions[minute.definitions],
            keys: minute.keys === null && derived === indexUsage ? undefined : has.keys[minute.keys ?? 0],
            age: minute.since === null ? undefined : [row(statisticsAge, { since: minute.since })],
          }
          const circumstances = { ...context(), server: servers[minute.server] as (typeof servers)[number] }
          const compute = (known: typeof names, keys: typeof given.keys) =>
            derived.compute({ ...given, keys, names: known } as never, circumstances)
          expect(compute(same, given.keys)).toEqual(compute([...names], given.keys && [...given.keys]))
        }
      }),
      { numRuns: 300 },
    )
  },
)
