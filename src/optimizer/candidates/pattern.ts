import type { Access } from '../access.ts'
import type { IndexKey } from '../planner.ts'
import type { TableFacts } from '../schema.ts'

const OPCLASSES: Readonly<Record<string, string>> = {
  text: 'text_pattern_ops',
  'character varying': 'varchar_pattern_ops',
  character: 'bpchar_pattern_ops',
}

/** Keys for LIKE 'x%': by the collation's order it can't be found, by that of characters it can. In the collation C both are the same. */
export function patternKeys(access: Access): readonly (readonly IndexKey[])[] {
  return access.patterns.flatMap(({ column, fromStart }) => {
    const opclass = OPCLASSES[typeOf(access.table, column)]
    if (!fromStart || !opclass) return []
    const key: IndexKey = { column, opclass }
    return [
      [key],
      ...(access.equal.length > 0 ? [[...access.equal.slice(0, 2).map((e) => ({ column: e })), key]] : []),
    ]
  })
}

const typeOf = (table: TableFacts, name: string): string =>
  (table.columns.find((c) => c.name === name)?.type ?? '').replace(/\(.*/, '')
