import { AppError } from '../core/errors.ts'
import { isOwnStatement } from '../core/own-statement.ts'
import { type ParsedStatement, parseStatement } from './parse.ts'

/** What one entry of pg_stat_statements did in the window. */
export interface StatementActivity {
  readonly queryId: string
  /** Empty where the server has lost it, or doesn't show it. */
  readonly text: string
  /** Role that ran it. */
  readonly role?: string
  readonly calls: number
  /** Execution time in the window. */
  readonly seconds: number
  /** Returned or changed in the window. */
  readonly rows: number
  /** Shared blocks asked for in the window, found or read. */
  readonly blocks: number
}

/** A statement of the workload: all entries of one fingerprint together. */
export interface WorkloadStatement extends Omit<StatementActivity, 'queryId' | 'text'> {
  readonly parsed: ParsedStatement
  readonly queryIds: readonly string[]
}

/** Statements that no index is looked for, and why. */
export interface LeftOut {
  readonly reason: string
  readonly statements: number
  readonly seconds: number
}

export interface Workload {
  /** Those that take most time first. */
  readonly statements: readonly WorkloadStatement[]
  readonly leftOut: readonly LeftOut[]
  /** Execution time of all entries in the window. */
  readonly seconds: number
}

/** So many by time, and a quarter as many by calls. */
const MOST = 100

const REASONS: Readonly<Record<string, string>> = {
  'not-plannable': 'not a SELECT, INSERT, UPDATE, DELETE or MERGE',
  'truncated-sql': 'the text is cut off',
  'sql-too-long': 'the text is too long',
}

/**
 * The statements to find indexes for, out of what pg_stat_statements counted in a window. Equal ones are put together by their fingerprint; what
 * can't be used is counted with its reason. Needs `loadParser()`.
 */
export function buildWorkload(entries: readonly StatementActivity[], most = MOST): Workload {
  const leftOut = createLeftOut()
  const byFingerprint = new Map<string, StatementActivity & { parsed: ParsedStatement; queryIds: string[] }>()
  const inOrder = entries.filter((e) => e.calls > 0).sort(byTime)
  for (const entry of inOrder) {
    const parsed = parse(entry)
    if (typeof parsed === 'string') {
      leftOut.add(parsed, entry.seconds)
      continue
    }
    const known = byFingerprint.get(parsed.fingerprint)
    // The text and role of the one that took most time.
    byFingerprint.set(parsed.fingerprint, {
      ...(known ?? { ...entry, parsed }),
      calls: entry.calls + (known?.calls ?? 0),
      seconds: entry.seconds + (known?.seconds ?? 0),
      rows: entry.rows + (known?.rows ?? 0),
      blocks: entry.blocks + (known?.blocks ?? 0),
      queryIds: [...new Set([...(known?.queryIds ?? []), entry.queryId])],
    })
  }
  const all = [...byFingerprint.values()].sort((a, b) => byTime(a, b))
  const frequent = all.toSorted((a, b) => b.calls - a.calls || byTime(a, b)).slice(0, Math.ceil(most / 4))
  const taken = new Set([...all.slice(0, most), ...frequent])
  for (const s of all) if (!taken.has(s)) leftOut.add(`beyond the ${most} that take most time`, s.seconds)
  return {
    statements: all.filter((s) => taken.has(s)).map(({ queryId: _, text: __, ...s }) => s),
    leftOut: leftOut.list(),
    seconds: inOrder.reduce((sum, e) => sum + e.seconds, 0),
  }
}

const byTime = (a: StatementActivity, b: StatementActivity): number =>
  b.seconds - a.seconds || b.calls - a.calls || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)

/** The statement, or why it can't be used. */
function parse({ text }: StatementActivity): ParsedStatement | string {
  if (isOwnStatement(text)) return 'pgtend’s own'
  if (text.trim() === '') return 'the text is not known'
  if (text === '<insufficient privilege>') return 'the text may not be read: GRANT pg_read_all_stats shows it'
  try {
    return parseStatement(text)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return REASONS[error.code] ?? 'the text can not be parsed'
  }
}

/** Counts what is left out by reason. */
export function createLeftOut() {
  const counted = new Map<string, { statements: number; seconds: number }>()
  return {
    add(reason: string, seconds: number): void {
      const { statements, seconds: before } = counted.get(reason) ?? { statements: 0, seconds: 0 }
      counted.set(reason, { statements: statements + 1, seconds: before + seconds })
    },
    list: (): readonly LeftOut[] =>
      [...counted].map(([reason, c]) => ({ reason, ...c })).sort((a, b) => b.seconds - a.seconds),
  }
}
