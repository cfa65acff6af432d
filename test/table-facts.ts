/** Facts of a table for tests of the optimizer, written short: `['id bigint not null pk', 'name text']`. */
import type { IndexSpec } from '../src/optimizer/planner.ts'
import type { IndexFacts, TableFacts } from '../src/optimizer/schema.ts'

const CATEGORIES: readonly (readonly [RegExp, string])[] = [
  [/\[\]$/, 'A'],
  [/^(bigint|integer|smallint|numeric|double|real)/, 'N'],
  [/^(timestamp|date|time)/, 'D'],
  [/^boolean/, 'B'],
  [/^(text|character|varchar)/, 'S'],
]

let oid = 16_384

/** `pk` after a column makes it (part of) the primary key, `unique` gives it an index of its own. */
export function tableFacts(
  name: string,
  columns: readonly string[],
  more: Partial<TableFacts> = {},
): TableFacts {
  const parsed = columns.map((text, i) => {
    const [, column = '', type = 'text', rest = ''] =
      text.match(/^(\S+) (.+?)((?: not null| pk| unique)*)$/) ?? []
    return { column, type, rest, number: i + 1 }
  })
  const key = parsed.filter((c) => c.rest.includes(' pk')).map((c) => c.column)
  const unique = parsed.filter((c) => c.rest.includes(' unique')).map((c) => [c.column])
  return {
    oid: oid++,
    schema: 'public',
    name,
    kind: 'table',
    rows: 100_000,
    pages: 2_000,
    allVisible: 1,
    columns: parsed.map(({ column, type, rest, number }) => ({
      name: column,
      number,
      type,
      category: CATEGORIES.find(([pattern]) => pattern.test(type))?.[1] ?? 'U',
      notNull: /not null|pk/.test(rest),
      generated: false,
    })),
    indexes: [
      ...(key.length > 0 ? [index(`${name}_pkey`, key, true)] : []),
      ...unique.map((c) => index(`${name}_${c[0]}_key`, c, false)),
    ],
    foreignKeys: [],
    coverage: 1,
    modifiedSinceAnalyze: 0,
    rowSecurity: false,
    ...more,
  }
}

const index = (name: string, columns: readonly string[], primary: boolean): IndexFacts => ({
  oid: oid++,
  schema: 'public',
  name,
  method: 'btree',
  keys: columns.map((column) => ({ column, descending: false, nullsFirst: false })),
  include: [],
  unique: true,
  primary,
  constraint: name,
  ...{ replicaIdentity: false, referenced: false, valid: true, bytes: 8_192 },
  definition: `CREATE UNIQUE INDEX ${name} ON public.t USING btree (${columns.join(', ')})`,
})

/** A b-tree over columns of a table in `public`. */
export const indexSpec = (
  table: string,
  columns: readonly string[],
  more: Partial<IndexSpec> = {},
): IndexSpec => ({
  ...{ schema: 'public', table, method: 'btree', keys: columns.map((column) => ({ column })), include: [] },
  ...more,
})
