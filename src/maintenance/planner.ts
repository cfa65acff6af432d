import type { Bloats } from '../core/bloat.ts'
import { formatBytes, formatRatio, shorten } from '../core/format.ts'
import type { Context } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import type { LeftAlone, MaintenanceSettings, Task, Wanted } from '../core/maintenance.ts'
import { isManaged, type ManagedTable } from '../core/managed.ts'
import type { Thresholds } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import type invalidIndexes from '../derived/invalid-indexes.ts'
import type neglectedToast from '../derived/neglected-toast.ts'
import type partitionedTables from '../derived/partitioned-tables.ts'
import type tables from '../derived/tables.ts'
import deadRows from '../rules/dead-rows.ts'
import staleStatistics from '../rules/stale-statistics.ts'

/** What the planner looks at. A list that could not be read is undefined. */
export interface Facts {
  readonly tables: readonly Row<typeof tables>[] | undefined
  readonly invalidIndexes: readonly Row<typeof invalidIndexes>[] | undefined
  /** TOAST tables that autovacuum leaves alone; absent where they could not be read. */
  readonly toast?: readonly Row<typeof neglectedToast>[]
  /** Partitioned tables as wholes; absent where they could not be read. */
  readonly partitioned?: readonly Row<typeof partitionedTables>[]
  /** Tables of the platform and of extensions: left alone, whatever they call for. Absent where there are none. */
  readonly managed?: readonly ManagedTable[]
  /** Absent where it was not measured. */
  readonly bloats?: Bloats
}

export interface Wants {
  readonly wanted: readonly Wanted[]
  readonly leftAlone: readonly LeftAlone[]
}

export interface PlannerTerms {
  readonly settings: MaintenanceSettings
  /** Thresholds of rules, by the rule's name: maintenance calls for what health calls bad. */
  readonly thresholds: Readonly<Record<string, Thresholds>>
  /** Whether the maintenance window is open. */
  readonly inWindow: boolean
}

/** What a task calls for now, the worst first. Pure. A backup wants nothing here: it is always taken. */
export function planTask(task: Task, facts: Facts, context: Context, terms: PlannerTerms): Wants {
  const ours = planFor(task, only(facts, false), context, terms)
  const theirs = planFor(task, only(facts, true), context, terms).wanted.map(({ subject, because }) => ({
    subject,
    reason: `${because} It belongs to the platform or to an extension.`,
  }))
  return { wanted: ours.wanted, leftAlone: [...ours.leftAlone, ...theirs] }
}

function planFor(task: Task, facts: Facts, context: Context, terms: PlannerTerms): Wants {
  if (task === 'vacuum') return vacuums(facts, context, terms)
  if (task === 'analyze') return analyzes(facts, context, terms)
  if (task === 'reindex') return reindexes(facts, terms)
  return { wanted: [], leftAlone: [] }
}

/** The facts about tables that are managed by others, or about all that aren't. */
function only(
  { tables, toast = [], partitioned = [], invalidIndexes, bloats, managed = [] }: Facts,
  theirs: boolean,
): Facts {
  const chosen = <R extends ManagedTable>(rows: readonly R[]): readonly R[] =>
    rows.filter((row) => isManaged(managed, row) === theirs)
  return {
    tables: tables && chosen(tables),
    toast: chosen(toast),
    partitioned: chosen(partitioned),
    invalidIndexes: invalidIndexes && chosen(invalidIndexes),
    ...(bloats ? { bloats: { rows: chosen(bloats.rows), unknown: bloats.unknown } } : {}),
  }
}

const UNREAD: Wants = {
  wanted: [],
  leftAlone: [{ subject: 'all tables', reason: 'the counters of tables could not be read' }],
}

function vacuums(facts: Facts, context: Context, terms: PlannerTerms): Wants {
  if (!facts.tables) return UNREAD
  const limits = { ...deadRows.thresholds, ...terms.thresholds[deadRows.name] }
  const nothing = { tables: [], uncounted: [], partitioned: undefined, toast: undefined }
  const single = judged(facts.tables, (t) => deadRows.check({ ...nothing, tables: [t] }, limits, context))
  const wholes = judged(facts.partitioned ?? [], (t) =>
    deadRows.check({ ...nothing, partitioned: [t] }, limits, context),
  )
  const toast = judged(facts.toast ?? [], (t) => deadRows.check({ ...nothing, toast: [t] }, limits, context))
  // VACUUM of a table takes in its TOAST table, and that of a partitioned table its partitions.
  const seen = new Set(single.map((d) => d.subject))
  const roots = new Set(single.map((d) => d.table.root))
  const dead = [
    ...single,
    ...wholes.filter((d) => !roots.has(d.table.oid)),
    ...toast.filter((d) => !seen.has(d.subject)),
  ].sort((a, b) => b.value - a.value)
  const full = rewrites(facts, terms)
  const rewritten = new Set(full.wanted.map((w) => w.subject))
  const wanted = dead
    .filter(({ subject }) => !rewritten.has(subject))
    .map(({ table, subject, because }) => ({
      ...{ action: 'vacuum', subject, because },
      input: { schema: table.schema, table: table.table },
    }))
  return { wanted: [...wanted, ...full.wanted], leftAlone: full.leftAlone }
}

/** VACUUM FULL: measured bloat, allowed in the configuration, and the window open; else each is left alone with the reason. */
function rewrites({ bloats }: Facts, { settings, inWindow }: PlannerTerms): Wants {
  const leftAlone: LeftAlone[] = (bloats?.unknown ?? []).map((reason) => ({ subject: 'bloat', reason }))
  const wanted: Wanted[] = []
  for (const { schema, table, index, bloat, size } of bloats?.rows ?? []) {
    if (index !== null || bloat <= settings.tableBloat) continue
    const subject = shownName(schema, table)
    const because = `${formatRatio(bloat)} of the ${formatBytes(size)} of ${subject} hold nothing alive.`
    const leave = (reason: string) => leftAlone.push({ subject, reason: `${because} ${reason}` })
    if (!settings.vacuumFull) leave('VACUUM FULL is not allowed (maintenance.vacuumFull).')
    else if (!inWindow) leave('VACUUM FULL waits for the maintenance window.')
    else wanted.push({ action: 'vacuum-full', input: { schema, table }, subject, because })
  }
  return { wanted, leftAlone }
}

function analyzes(facts: Facts, context: Context, terms: PlannerTerms): Wants {
  if (!facts.tables) return UNREAD
  const limits = { ...staleStatistics.thresholds, ...terms.thresholds[staleStatistics.name] }
  const wholes = judged(facts.partitioned ?? [], (table) =>
    staleStatistics.check({ tables: [], uncounted: [], partitioned: [table] }, limits, context),
  )
  // ANALYZE of a partitioned table takes in its partitions.
  const covered = new Set(wholes.map(({ table }) => table.oid))
  const single = facts.tables.filter((t) => t.root === null || !covered.has(t.root))
  const stale = judged(single, (table) =>
    staleStatistics.check({ tables: [table], uncounted: [], partitioned: undefined }, limits, context),
  )
  return {
    wanted: [...wholes, ...stale]
      .sort((a, b) => b.value - a.value)
      .map(({ table, subject, because }) => ({
        ...{ action: 'analyze', subject, because },
        input: { schema: table.schema, table: table.table },
      })),
    leftAlone: [],
  }
}

function reindexes({ invalidIndexes, bloats }: Facts, { settings }: PlannerTerms): Wants {
  const leftAlone: LeftAlone[] = (bloats?.unknown ?? []).map((reason) => ({ subject: 'bloat', reason }))
  if (!invalidIndexes)
    leftAlone.push({ subject: 'invalid indexes', reason: 'the definitions of indexes could not be read' })
  const invalid = (invalidIndexes ?? []).flatMap((i): Wanted[] => {
    const subject = shownName(i.schema, i.index)
    const input = { schema: i.schema, index: i.index }
    if (i.partitioned) {
      const parts =
        i.lacking.length > 0 ? `lacks valid parts for ${shorten(i.lacking.join(', '))}` : 'has all parts'
      leftAlone.push({ subject, reason: `the index of a partitioned table ${parts}: see the finding` })
      return []
    }
    return [
      i.leftover_of === null || i.kept_because !== null
        ? {
            ...{ action: 'reindex-concurrently', input, subject },
            because: `${subject} is invalid: no query may use it until it is rebuilt.`,
          }
        : {
            ...{ action: 'drop-invalid-index', input, subject },
            because: `${subject} was left behind by a REINDEX CONCURRENTLY of ${i.leftover_of} that failed.`,
          },
    ]
  })
  const bloated = (bloats?.rows ?? [])
    .filter((b) => b.index !== null && b.bloat > settings.indexBloat)
    .sort((a, b) => b.size * b.bloat - a.size * a.bloat)
    .map(({ schema, index, bloat, size }): Wanted => {
      const subject = shownName(schema, index as string)
      return {
        ...{ action: 'reindex-concurrently', input: { schema, index: index as string }, subject },
        because: `${formatRatio(bloat)} of the ${formatBytes(size)} of ${subject} are empty.`,
      }
    })
  return { wanted: [...invalid, ...bloated], leftAlone }
}

/** The tables that a rule finds fault with, the worst first, with what it says. */
function judged<T extends { readonly schema: string; readonly table: string }>(
  rows: readonly T[],
  check: (row: T) => readonly { readonly value: number; readonly summary: string }[],
) {
  return rows
    .flatMap((table) => {
      const [breach] = check(table)
      if (!breach) return []
      const subject = shownName(table.schema, table.table)
      return [{ table, subject, because: breach.summary, value: breach.value }]
    })
    .sort((a, b) => b.value - a.value)
}
