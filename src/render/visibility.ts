import type { Unknown } from '../core/health.ts'
import type { Outcome, Reason } from '../core/outcome.ts'
import type { Capabilities } from '../core/server.ts'
import { settingFix } from '../core/setting-override.ts'
import { oneLine, plain, type Style, wrap } from './text.ts'

/** Something that can't be seen and what would show it. */
export interface BlindSpot {
  readonly reason: Reason | 'setting'
  /** Tables of facts that it hides. */
  readonly tables: readonly string[]
  /** Titles of the rules that can't be judged for it. */
  readonly rules: readonly string[]
  readonly detail: string
  /** SQL to run or a setting to change. */
  readonly fix?: string
}

/** Settings without which PostgreSQL does not count what is asked for. */
const COUNTING: Readonly<Record<string, string>> = {
  track_counts: 'accesses to tables and indexes; autovacuum does not run either',
  track_io_timing: 'time spent reading and writing blocks',
}

/** Tables that could not be read, one blind spot for each cause. Not: what this server can't have, or needs time. */
export function blindSpots(
  tables: ReadonlyMap<string, Outcome>,
  server: Capabilities,
  unknown: readonly Unknown[] = [],
): BlindSpot[] {
  const hidden = [...tables].flatMap(([table, outcome]) =>
    outcome.ok || outcome.reason === 'unsupported' || outcome.reason === 'pending'
      ? []
      : [{ table, outcome }],
  )
  const causes = Map.groupBy(hidden, ({ outcome }) => outcome.fix?.replaceAll(/["; ]/g, '') ?? outcome.detail)
  const spots = [...causes.values()].map((same): BlindSpot => {
    // What most of them say: one may tell of its own part alone.
    const alike = Map.groupBy(same, (h) => h.outcome.detail)
    const often = (h: (typeof hidden)[number]) => alike.get(h.outcome.detail)?.length ?? 0
    const [most] = same.toSorted((a, b) => often(b) - often(a))
    const { reason, detail, fix } = (most as (typeof hidden)[number]).outcome
    const hiding = new Set(same.map((h) => h.table))
    const rules = unknown.filter((u) => hiding.has(u.table)).map((u) => u.title)
    return { reason, tables: [...hiding], rules, detail, ...(fix === undefined ? {} : { fix }) }
  })
  for (const [name, what] of Object.entries(COUNTING)) {
    if (server.settings[name] !== 'off') continue
    spots.push({
      reason: 'setting',
      tables: [],
      rules: [],
      detail: `${name} is off: PostgreSQL does not count ${what}`,
      fix: settingFix(server.overrides, name, 'on'),
    })
  }
  return spots
}

/** The report of `pgtend doctor`. */
export function renderVisibility(
  spots: readonly BlindSpot[],
  readable: number,
  { width = 80, style = plain }: { readonly width?: number; readonly style?: Style } = {},
): string {
  const read = `${readable} tables of facts can be read.\n`
  if (spots.length === 0) return `${style('good', 'Everything can be seen.')} ${read}`
  const parts = spots.map(({ tables, rules, detail, fix }) => {
    const judges = rules.length === 0 ? '' : `${wrap(`not judged: ${rules.join(', ')}`, width, '  ')}\n`
    const hides = tables.length === 0 ? '' : `${wrap(`hides ${tables.join(', ')}`, width, '  ')}\n`
    const what = fix === undefined ? '' : `  ${style('strong', oneLine(fix))}\n`
    return `${style('warning', wrap(detail, width))}\n${judges}${style('muted', hides)}${what}`
  })
  return `${parts.join('\n')}\n${read}`
}
