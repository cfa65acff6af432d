import type { BackupRecord, LeftOut, Verified } from '../core/backup.ts'
import { formatBytes, formatCount, formatSeconds, plural } from '../core/format.ts'
import { type Style, wrap } from './text.ts'

interface Page {
  readonly width: number
  readonly style: Style
}

/** Backups, two lines each, newest first. */
export function renderBackups(backups: readonly BackupRecord[], directory: string, page: Page): string {
  if (backups.length === 0) return `There is no backup in ${directory}.\n`
  // Never cut: an id is there to be copied.
  const lines = backups.map((b) => {
    const facts = [
      ...(b.bytes === undefined ? [] : [formatBytes(b.bytes)]),
      ...(b.tables === undefined ? [] : [plural(b.tables, 'table')]),
      ...(b.seconds === undefined ? [] : [`took ${formatSeconds(b.seconds)}`]),
      ...(b.status === 'done' ? [proofOf(b)] : []),
      ...(b.error === undefined ? [] : [b.error]),
    ]
    const text = wrap(facts.join(', '), page.width, '  ')
    return `${page.style('strong', b.id)}  ${page.style(TONES[b.status], b.status)}\n${facts.length > 0 ? `${text}\n` : ''}`
  })
  return `${lines.join('')}\nIn ${directory}\n`
}

const TONES = { done: 'good', failed: 'critical', running: 'warning' } as const

function proofOf({ verified }: BackupRecord): string {
  if (!verified) return 'not proved yet'
  return verified.ok ? `restored in ${formatSeconds(verified.seconds)}` : `damaged: ${verified.detail}`
}

/** A backup that was just made. */
export function renderBackup(backup: BackupRecord, directory: string, page: Page): string {
  const { id, tables = 0, rows = 0, bytes = 0, databaseBytes = 0, seconds = 0, method, verified } = backup
  const what = `${plural(tables, 'table')}, ${formatCount(rows)} rows, ${formatBytes(bytes)} of a database of ${formatBytes(databaseBytes)}, ${formatSeconds(seconds)}, by ${method === 'pg_dump' ? 'pg_dump' : 'the built-in engine'}.`
  const next = verified ? renderVerified(verified, page) : `Prove it: pgtend backup verify ${id}\n`
  return `${page.style('strong', id)}\n${wrap(what, page.width, '  ')}\n  In ${directory}\n${next}`
}

/** What proving a backup has shown. */
export function renderVerified({ ok, seconds, detail, notVerifiable }: Verified, page: Page): string {
  const head = ok
    ? `${page.style('good', 'Proved')}: restored into a throw-away server in ${formatSeconds(seconds)}, which is the measured recovery time.`
    : `${page.style('critical', 'Not what it should be')} (${formatSeconds(seconds)}).`
  const unproved =
    notVerifiable.length === 0
      ? ''
      : `Not proved, since it can not be restored there:\n${notVerifiable.map((n) => `${wrap(n, page.width, '  ')}\n`).join('')}`
  return `${wrap(head, page.width, '')}\n${wrap(detail, page.width, '  ')}\n${unproved}`
}

/** What a restore left out: statements to be copied, so each stands whole on a line. */
export function renderLeftOut(leftOut: readonly LeftOut[]): string {
  if (leftOut.length === 0) return ''
  const lines = leftOut.map(({ statement }) => `${statement}\n`)
  return `\nLeft out, since the role has no right to it. As an administrator, there:\n${lines.join('')}`
}
