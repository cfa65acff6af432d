import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/store.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Task } from '../core/maintenance.ts'
import { parseConfig } from '../monitor/config.ts'
import { openStore } from '../store/open-store.ts'
import { type ScheduleEntry, scheduleState, tickTarget } from './scheduler.ts'

const { maintenance: settings } = parseConfig({ maintenance: { enabled: true } })
const at = (iso: string): number => Date.parse(iso)
let ledger: Ledger

beforeEach(async () => {
  const store = await openStore({ path: join(temporaryFolder(), 'history.db') })
  onTestFinished(() => store.close())
  ledger = store.ledger
})

/** A process with a clock of its own over the shared ledger. */
function pgtend() {
  const runs: Task[] = []
  return {
    runs,
    look: (iso: string, busy = false) =>
      tickTarget({ ledger, settings, now: () => at(iso) }, 'db', {
        may: () => true,
        isBusy: async () => busy,
        run: (task) => runs.push(task),
      }),
  }
}

const state = async (task: Task, iso: string) => {
  const entry = await ledger.get<ScheduleEntry>('schedule', `db/${task}`)
  return scheduleState.of(task, settings, at(iso), entry?.value, undefined)
}

test('two processes that look at the same moment: each time is run by one of them', async () => {
  const [a, b] = [pgtend(), pgtend()]
  const both = (iso: string) => Promise.all([a.look(iso), b.look(iso)])
  await both('2026-03-01T01:59:00Z')
  expect([a.runs, b.runs]).toEqual([[], []])
  await both('2026-03-01T02:00:01Z')
  await both('2026-03-01T02:00:21Z')
  expect([...a.runs, ...b.runs]).toEqual(['vacuum'])
})

test('after a week off each task is run once; those for the window when it opens', async () => {
  const first = pgtend()
  await first.look('2026-03-01T12:00:00Z')
  const again = pgtend()
  await again.look('2026-03-08T12:00:00Z')
  await again.look('2026-03-08T12:00:20Z')
  expect(again.runs.sort()).toEqual(['analyze', 'backup'])
  expect(new Date((await state('vacuum', '2026-03-08T12:00:20Z')).next as number).toISOString()).toBe(
    '2026-03-09T01:00:00.000Z',
  )
  await again.look('2026-03-09T01:00:01Z')
  expect(again.runs.filter((t) => t === 'vacuum' || t === 'reindex').sort()).toEqual(['reindex', 'vacuum'])
  await again.look('2026-03-09T02:00:01Z')
  expect(again.runs.filter((t) => t === 'vacuum')).toHaveLength(2)
})

test('killed right after the time was claimed: the next start does not run it again', async () => {
  const dying = pgtend()
  await dying.look('2026-03-01T01:59:00Z')
  await dying.look('2026-03-01T02:00:01Z')
  expect(dying.runs).toEqual(['vacuum'])
  const next = pgtend()
  await next.look('2026-03-01T02:00:30Z')
  expect(next.runs).toEqual([])
})

test('while another round is at work the time waits and is not lost', async () => {
  const one = pgtend()
  await one.look('2026-03-01T01:59:00Z')
  await one.look('2026-03-01T02:00:01Z', true)
  expect(one.runs).toEqual([])
  await one.look('2026-03-01T02:30:00Z')
  expect(one.runs).toContain('vacuum')
})

test('the state tells the next time and how the last one went', async () => {
  const one = pgtend()
  await one.look('2026-03-01T01:59:00Z')
  await scheduleState.ended({ ledger, now: () => at('2026-03-01T02:00:05Z') }, 'db', 'vacuum', {
    status: 'done',
    summary: 'Done.',
  })
  expect(await state('vacuum', '2026-03-01T02:01:00Z')).toMatchObject({
    enabled: true,
    window: { from: '01:00', to: '05:00' },
    last: { status: 'done', summary: 'Done.' },
  })
  const analyze = await state('analyze', '2026-03-01T02:01:00Z')
  expect(new Date(analyze.next as number).toISOString()).toBe('2026-03-01T02:15:00.000Z')
  expect(analyze.window).toBeUndefined()
})
