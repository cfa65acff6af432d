import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePrometheus } from '../../test/prometheus.ts'
import { counter, detail, gauge, id, label, optional, time } from '../core/columns.ts'
import type { Health } from '../core/health.ts'
import { fail, type Outcome, ok } from '../core/outcome.ts'
import type { Table } from '../core/table.ts'
import { derived } from '../derived/index.ts'
import { probes } from '../probes/index.ts'
import { MOST_ROWS, metricName, prometheusText, type Scraped } from './prometheus.ts'

const slots: Table = {
  name: 'replication-slots',
  title: 'Slots',
  doc: 'Slots.',
  rows: 'many',
  columns: {
    slot: label('Slot name'),
    active: { ...gauge('none', 'Is it read'), type: 'boolean' },
    retained: optional(gauge('bytes', 'WAL held back')),
    reads: counter('count', 'Reads'),
    read_seconds: counter('seconds', 'Time reading'),
    inactive_since: optional(time('Since when')),
    wal_status: detail('A text'),
  },
}

const scraped = (
  rows: readonly Record<string, unknown>[] | Outcome,
  more: Partial<Scraped> = {},
): Scraped => ({
  id: 'db',
  connection: 'connected',
  tables: new Map([[slots.name, { at: 1000, outcome: 'ok' in rows ? (rows as Outcome) : ok(rows as []) }]]),
  costs: new Map(),
  ...more,
})

const row = {
  slot: 'a',
  active: true,
  retained: 5,
  reads: 7,
  read_seconds: 0.5,
  inactive_since: 1500,
  wal_status: 'x',
}
const read = (targets: readonly Scraped[], tables: readonly Table[] = [slots]) =>
  new Map(parsePrometheus(prometheusText(tables, targets)).map((f) => [f.name, f]))

test('names carry table, column, unit and _total for counters', () => {
  const families = read([scraped([row])])
  const labels = { target: 'db', slot: 'a' }
  const sample = (name: string) => families.get(`pgtend_replication_slots_${name}`)
  expect(sample('active')).toMatchObject({ type: 'gauge', samples: [{ labels, value: 1 }] })
  expect(sample('retained_bytes')).toMatchObject({ type: 'gauge', help: 'WAL held back' })
  expect(sample('reads_total')).toMatchObject({ type: 'counter', samples: [{ labels, value: 7 }] })
  expect(sample('read_seconds_total')?.samples[0]?.value).toBe(0.5)
  expect(sample('inactive_since_timestamp_seconds')?.samples[0]?.value).toBe(1.5)
  expect([...families.keys()].filter((name) => name.includes('wal_status'))).toEqual([])
})

test('what is null, infinite or could not be read has no sample', () => {
  const families = read([scraped([{ ...row, retained: null, reads: Number.NaN, read_seconds: Infinity }])])
  expect(families.has('pgtend_replication_slots_retained_bytes')).toBe(false)
  expect(families.has('pgtend_replication_slots_reads_total')).toBe(false)
  expect(families.has('pgtend_replication_slots_read_seconds_total')).toBe(false)
  const denied = read([scraped(fail('denied', 'no'))])
  expect(denied.get('pgtend_table_readable')?.samples[0]?.value).toBe(0)
  expect(denied.has('pgtend_replication_slots_active')).toBe(false)
  expect(read([scraped(fail('unsupported', 'no'))]).has('pgtend_table_readable')).toBe(false)
})

test('the series of several targets stand together', () => {
  const families = read([scraped([row]), scraped([row], { id: 'other', connection: 'unreachable' })])
  expect(families.get('pgtend_up')?.samples.map((s) => [s.labels.target, s.value])).toEqual([
    ['db', 1],
    ['other', 0],
  ])
  expect(families.get('pgtend_replication_slots_reads_total')?.samples).toHaveLength(2)
})

test('a table of too many rows is left out and says so', () => {
  const many = Array.from({ length: MOST_ROWS + 1 }, (_, i) => ({ ...row, slot: `s${i}` }))
  const families = read([scraped(many)])
  expect(families.has('pgtend_replication_slots_active')).toBe(false)
  expect(families.get('pgtend_table_omitted')?.samples[0]?.value).toBe(MOST_ROWS + 1)
  expect(read([scraped(many.slice(1))]).get('pgtend_replication_slots_active')?.samples).toHaveLength(
    MOST_ROWS,
  )
})

test('sessions make no series', () => {
  const sessions: Table = { ...slots, columns: { pid: id('Process'), ...slots.columns } }
  expect(read([scraped([{ ...row, pid: 1 }])], [sessions]).has('pgtend_replication_slots_active')).toBe(false)
})

test('a doubled row does not spoil the scrape', () => {
  expect(read([scraped([row, row])]).get('pgtend_replication_slots_active')?.samples).toHaveLength(1)
})

test('health, findings and what each probe costs', () => {
  const finding = { rule: 'r', severity: 'warning' }
  const health = { score: 85, worst: 60, coverage: 0.5, findings: [finding, finding] } as unknown as Health
  const costs = new Map([['activity', { ms: 12, rows: 3, bytes: 400 }]])
  const families = read([scraped([row], { health, costs })])
  const value = (name: string) => families.get(name)?.samples[0]?.value
  expect(value('pgtend_health_score')).toBe(85)
  expect(value('pgtend_health_worst_score')).toBe(60)
  expect(value('pgtend_health_coverage_ratio')).toBe(0.5)
  expect(families.get('pgtend_finding')?.samples).toEqual([
    { name: 'pgtend_finding', labels: { target: 'db', rule: 'r', severity: 'warning' }, value: 2 },
  ])
  expect([value('pgtend_probe_seconds'), value('pgtend_probe_rows'), value('pgtend_probe_bytes')]).toEqual([
    0.012, 3, 400,
  ])
})

test('any label survives being written and read', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (slot, retained) => {
        const families = read([scraped([{ ...row, slot, retained }])])
        const sample = families.get('pgtend_replication_slots_retained_bytes')?.samples[0]
        expect(sample?.labels.slot).toBe(slot.toWellFormed())
        expect(sample?.value).toBe(retained === 0 ? 0 : retained)
      },
    ),
  )
})

describe('the tables that pgtend has', () => {
  const tables: readonly Table[] = [...probes, ...derived]

  test('no two columns share a name on /metrics', () => {
    const names = tables.flatMap((t) => Object.keys(t.columns).map((c) => metricName(t, c)))
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    expect(names.filter((name) => !/^pgtend_[a-z0-9_]+$/.test(name))).toEqual([])
  })

  test('no column could be taken for the label `target`', () => {
    expect(tables.filter((t) => 'target' in t.columns).map((t) => t.name)).toEqual([])
  })
})
