import type { Confidence } from './advice.ts'
import type { IndexSpec } from './planner.ts'
import type { Query } from './queries.ts'
import type { Gap, TableFacts } from './schema.ts'
import { hasValues } from './statistics.ts'

/** Statistics of fewer columns than this leave plans to guess. */
const GOOD_COVERAGE = 0.95
const SOME_COVERAGE = 0.5
/** Helps with so many of the constants tried, by weight: else it hangs on which are asked for. */
const AGREEMENT = 0.8
/** More changed rows than this, and ANALYZE would see another table. */
const STALE = 0.2

export interface Grounds {
  readonly spec: IndexSpec
  readonly table: TableFacts
  readonly gaps: readonly Gap[]
  /** Queries that use the index, with the seconds saved and the weight of those scenarios in which it helps, 0..1. */
  readonly uses: readonly { readonly query: Query; readonly saved: number; readonly agreement: number }[]
}

/** How far the advice can be trusted, and why, as sentences. The worst of what is known decides. */
export function confidenceOf(g: Grounds): {
  readonly confidence: Confidence
  readonly because: readonly string[]
} {
  const doubts: { readonly level: 'medium' | 'low'; readonly why: string }[] = []
  const doubt = (holds: boolean, level: 'medium' | 'low', why: string) => {
    if (holds) doubts.push({ level, why })
  }
  const tables = new Set(g.uses.flatMap(({ query }) => query.tables))
  for (const t of tables) {
    const percent = Math.floor(t.coverage * 100)
    doubt(
      t.coverage < GOOD_COVERAGE,
      t.coverage < SOME_COVERAGE ? 'low' : 'medium',
      `Statistics of ${percent} % of the columns of ${t.name} could be read.`,
    )
    const gap = g.gaps.find((gap) => gap.object === `${t.schema}.${t.name}`)
    if (gap) doubt(true, 'medium', `${t.name}: ${gap.reason}.`)
  }
  const { table } = g
  const stale = (table.rows ?? 0) > 0 && table.modifiedSinceAnalyze > STALE * (table.rows ?? 0)
  doubt(stale, 'medium', `Many rows of ${table.name} have changed since its last ANALYZE.`)
  doubt(table.rows === null, 'low', `${table.name} has never been analysed.`)
  doubt(
    g.spec.keys.some((k) => k.column === undefined),
    'medium',
    'How many rows have one value of the expression is only known after ANALYZE.',
  )
  const generic = g.uses.some(({ query }) => query.generic)
  doubt(generic, 'medium', 'Of some statements not all constants are known; their plans are generic.')
  const saved = g.uses.reduce((sum, u) => sum + u.saved, 0)
  const agreement = saved > 0 ? g.uses.reduce((sum, u) => sum + u.saved * u.agreement, 0) / saved : 1
  doubt(
    agreement < AGREEMENT,
    'medium',
    `It helps with ${Math.round(agreement * 100)} % of the constants tried.`,
  )
  const known = g.spec.keys.every((k) => {
    const column = table.columns.find((c) => c.name === k.column)
    return column === undefined || hasValues(column) || column.nDistinct !== undefined
  })
  doubt(!known, 'low', 'A column of the index has no statistics.')
  if (doubts.length === 0)
    return {
      confidence: 'high',
      because: [
        `Planned by PostgreSQL itself with all statistics of ${[...tables].map((t) => t.name).join(', ')}.`,
        `It helps with ${Math.round(agreement * 100)} % of the constants tried.`,
      ],
    }
  return {
    confidence: doubts.some((d) => d.level === 'low') ? 'low' : 'medium',
    because: doubts.map((d) => d.why),
  }
}
