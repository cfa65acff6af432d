import type { Unit } from '../../core/columns.ts'
import type { Catalog } from '../api/types.ts'
import { showMoment, showValue } from '../display.ts'

type Value = string | number | boolean | null

/** What a finding measured: the evidence that equals it has its unit. */
export interface Measured {
  readonly value: number
  readonly unit: Unit
}

/** Ages that rules compute themselves and no table has as a column. */
const AGES = new Set(['age', 'longest', 'transaction', 'window'])

/** A piece of evidence in words. Its name is that of a column, whose unit the catalog knows. */
export function showEvidence(
  name: string,
  value: Value,
  measured: Measured | undefined,
  catalog: Catalog | undefined,
): string {
  if (value === null) return 'not known'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  if (measured && measured.value === value && measured.unit !== 'none') return showValue(value, measured.unit)
  const columns = (catalog?.tables ?? [])
    .flatMap((t) => t.columns)
    .filter((c) => c.name === name && (c.type === 'number' || c.type === 'time'))
  const [first] = columns
  // Process ids and oids are names, not amounts.
  if (first && columns.every((c) => c.kind === 'label')) return String(value)
  if (first && columns.every((c) => c.type === 'time')) return showMoment(value)
  if (first && columns.every((c) => c.unit === first.unit)) return showValue(value, first.unit)
  return showValue(value, AGES.has(name) ? 'seconds' : 'count')
}
