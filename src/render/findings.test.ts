import { expect, test } from 'vitest'
import { finding } from '../../test/store.ts'
import type { FindingRecord } from '../core/store.ts'
import { renderFindings } from './findings.ts'

const AT = Date.UTC(2026, 2, 1, 12)
const record = (more: Partial<FindingRecord>): FindingRecord => ({
  ...finding('dead-rows', 'public.orders'),
  ...{ target: 'shop', firstSeen: AT - 90_000_000, lastSeen: AT, resolvedAt: null, outcome: 'open' },
  ...more,
})

const lines = (...records: FindingRecord[]) =>
  renderFindings(records, AT, { width: 120, style: (_, text) => text }).split('\n')

test('an open finding tells since when and for how long, one that ended until when', () => {
  const [, open = '', gone = ''] = lines(
    record({}),
    record({ resolvedAt: AT - 60_000, outcome: 'gone' }),
  ).filter((line) => /UTC|2026/.test(line))
  expect(open).toMatch(/^\s*open +warning +2026-02-28 11:00 +for 1 d 1 h /)
  expect(gone).toMatch(/^\s*gone +warning +2026-02-28 11:00 +2026-03-01 11:59 /)
})

test('one that is suppressed is told as such, with who, why and until when', () => {
  const suppression = { key: 'k', by: 'ann', reason: 'archive', until: AT + 86_400_000 }
  const text = lines({ ...record({}), suppression } as FindingRecord).join(' ')
  expect(text).toMatch(/suppressed +warning/)
  expect(text.replace(/\s+/g, ' ')).toContain('Suppressed by ann until 2026-03-02 12:00: archive.')
})

test('a clock that went back makes no age below zero', () => {
  expect(lines(record({ firstSeen: AT + 5_000 })).join()).toContain('for 0')
})
