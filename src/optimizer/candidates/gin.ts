import type { Conditions } from '../access.ts'
import type { IndexKey } from '../planner.ts'
import type { TableFacts } from '../schema.ts'

/** What jsonb_path_ops can look up: paths with their values, not the presence of keys. */
const PATH_OPERATORS = new Set(['@>', '@?', '@@'])

/**
 * Keys of GIN indexes: documents, arrays, and text that is searched anywhere where pg_trgm is installed. `trigram`: schema of that extension.
 */
export function ginKeys(
  conditions: Conditions,
  table: TableFacts,
  trigram: string | undefined,
): readonly (readonly IndexKey[])[] {
  const typeOf = (name: string): string => table.columns.find((c) => c.name === name)?.type ?? ''
  const keys: IndexKey[] = []
  for (const { column, operator } of conditions.documents) {
    if (typeOf(column) !== 'jsonb') continue
    if (PATH_OPERATORS.has(operator)) keys.push({ column, opclass: 'jsonb_path_ops' })
    if (operator !== '<@') keys.push({ column })
  }
  for (const column of conditions.arrays) if (/\[\]$|^tsvector$/.test(typeOf(column))) keys.push({ column })
  if (trigram !== undefined)
    for (const { column, anywhere } of conditions.patterns)
      if (anywhere && /^(text|character)/.test(typeOf(column)))
        keys.push({ column, opclass: `${trigram}.gin_trgm_ops` })
  return keys.map((key) => [key])
}
