import { expect, test } from 'vitest'
import { AT, check, context, row } from '../../test/facts.ts'
import type { BackupRecord, BackupState, Verified } from '../core/backup.ts'
import backups from '../derived/backups.ts'
import failed from './backup-failed.ts'
import late from './backup-late.ts'
import unverified from './backup-unverified.ts'

const HOUR = 3_600_000
const made = (hours: number, verified?: Partial<Verified>): BackupRecord => ({
  ...{ id: 'a', target: 't', at: AT - hours * HOUR, status: 'done', bytes: 5, seconds: 2 },
  ...(verified
    ? {
        verified: {
          at: AT - hours * HOUR,
          ok: true,
          seconds: 60,
          detail: 'all',
          notVerifiable: [],
          ...verified,
        },
      }
    : {}),
})
const state = (more: Partial<BackupState>): BackupState => ({
  ...{ since: AT - 1000 * HOUR, lastAttempt: null, lastError: null, newest: null, proved: null, kept: 0 },
  ...more,
})
const judged = (given: BackupState) => {
  const rows = backups.compute({} as never, { ...context(), backups: given })
  if ('ok' in rows) throw new Error(rows.reason)
  return [failed, late, unverified].flatMap((rule) =>
    check(rule as typeof late, { backups: rows as never }).map(
      (b) => `${rule.name} ${b.severity}: ${b.summary}`,
    ),
  )
}

test.each([
  ['young and proved', state({ newest: made(2), proved: made(20, {}), kept: 3 }), []],
  ['just begun to be expected', state({ since: AT - HOUR }), []],
  [
    'never made',
    state({ since: AT - 27 * HOUR }),
    ['backup-late warning: There is no backup, 1 d 3 h after the first was due.'],
  ],
  [
    'a day late',
    state({ newest: made(51), proved: made(51, {}) }),
    ['backup-late critical: The newest backup is 2 d 3 h old.'],
  ],
  [
    'failed',
    state({ newest: made(2), proved: made(2, {}), lastError: 'no space' }),
    ['backup-failed critical: The last backup failed: no space'],
  ],
  [
    'never proved',
    state({ newest: made(2) }),
    ['backup-unverified critical: No backup has been proved by restoring it, in 41 d 16 h.'],
  ],
  [
    'proved long ago',
    state({ newest: made(2), proved: made(170, {}) }),
    ['backup-unverified warning: A backup was last proved 7 d 2 h ago.'],
  ],
  [
    'damaged',
    state({ newest: made(2, { ok: false, detail: 'x is damaged' }), proved: made(3, {}) }),
    ['backup-unverified critical: The newest backup is not what it should be: x is damaged'],
  ],
])('%s', (_, given, expected) => expect(judged(given)).toEqual(expected))

test('a database that pgtend makes no backups of has none to be judged', () => {
  expect(backups.compute({} as never, context())).toMatchObject({ ok: false, reason: 'unsupported' })
  expect(check(late, { backups: [] })).toEqual([])
  expect(check(late, { backups: [row(backups, { since: AT, age: 1 })] })).toEqual([])
})
