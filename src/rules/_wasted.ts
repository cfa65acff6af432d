import { formatBytes, formatRatio } from '../core/format.ts'
import { shownName } from '../core/identifier.ts'
import type { Breach } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import { measurementOf } from '../derived/_measurement.ts'
import type indexBloat from '../derived/index-bloat.ts'
import type measuredBloat from '../derived/measured-bloat.ts'
import type tableBloat from '../derived/table-bloat.ts'
import { above } from './_grade.ts'

type Estimated = Row<typeof tableBloat> | Row<typeof indexBloat>

interface Limits {
  readonly size: number
  readonly warning: number
  readonly critical: number
}

/**
 * What is bloated by bytes and share together: half of a small table is nothing, and a little of a huge one is as it should
 * be. A measurement goes before an estimate, and an estimate of low confidence finds nothing.
 */
export function wasted(
  row: Estimated,
  name: string,
  measured: readonly Row<typeof measuredBloat>[] | undefined,
  limits: Limits,
  now: number,
): Omit<Breach, 'subject'> | undefined {
  const found = measurementOf({ schema: row.schema, name, size: row.size }, measured, now)
  const [bytes, ratio] = found ? [found.bloat, found.ratio] : [row.bloat, row.ratio]
  if (bytes === null || ratio === null || bytes < limits.size) return undefined
  if (!found && row.confidence !== 'high') return undefined
  const severity = above(ratio, limits)
  if (!severity) return undefined
  const how = found ? 'measured' : 'estimated'
  return {
    ...{ severity, value: ratio, unit: 'ratio' },
    summary: `${formatRatio(ratio)} of the ${formatBytes(row.size)} of ${shownName(row.schema, name)} hold nothing alive (${how}): ${formatBytes(bytes)}.`,
    evidence: { size: row.size, bloat: bytes, how, confidence: found ? 'high' : row.confidence },
  }
}
