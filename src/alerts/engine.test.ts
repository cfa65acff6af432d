import { expect, onTestFinished, test } from 'vitest'
import { finding, openTestStore } from '../../test/store.ts'
import type { Recipient, Sight } from '../core/alert.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Letter } from '../core/notice.ts'
import type { Finding } from '../core/rule.ts'
import { createDesk } from './desk.ts'
import { createEngine } from './engine.ts'
import { effectiveRules } from './settings.ts'

const SETTINGS = { 'dead-rows': { for: 10, calm: 10, remind: 1000 } }
const RULES = effectiveRules(SETTINGS, {})
const TEAM: Recipient[] = [{ name: 'team', least: 'warning' }]
const bad = finding('dead-rows', 'public.orders')

const sight = (findings: readonly Finding[], more: Partial<Sight> = {}): Sight => ({
  ...{ target: { id: 'shop', name: 'Shop' }, connection: 'connected', unknown: [] },
  findings: (asked) => findings.filter((f) => asked[f.rule]),
  ...more,
})

/** An engine whose clock is set by hand; `sees` resolves when what it saw is written. */
function engineOn(ledger: Ledger, recipients = TEAM) {
  let now = 0
  const errors: Error[] = []
  const engine = createEngine({
    ...{ ledger, recipients, rules: RULES, onLetters: () => undefined, now: () => now },
    onError: (error) => errors.push(error),
  })
  onTestFinished(() => expect(errors).toEqual([]))
  return {
    engine,
    desk: createDesk({
      ledger,
      channels: [],
      recipients,
      found: async () => [bad.key],
      now: () => now,
      onChange: () => engine.refresh(),
    }),
    async sees(seconds: number, findings: readonly Finding[] = [], more: Partial<Sight> = {}) {
      now = seconds * 1000
      engine.observe(sight(findings, more))
      await engine.settled()
    },
  }
}

/** What was to be sent so far, oldest first. */
const sent = async (ledger: Ledger): Promise<string[]> => {
  const entries = await ledger.list<Letter>('outbox')
  return [...entries]
    .sort((a, b) => a.at - b.at)
    .flatMap(({ value: { channel, message } }) => message.notices.map((n) => `${channel} ${n.kind} ${n.key}`))
}

test('one message when it begins and one when it ends, over a restart in every moment between', async () => {
  const { ledger } = await openTestStore()
  for (const seconds of [0, 5, 10, 15, 20, 25]) await engineOn(ledger).sees(seconds, [bad])
  expect(await sent(ledger)).toEqual(['team firing dead-rows/public.orders'])
  for (const seconds of [30, 35, 40, 45, 50]) await engineOn(ledger).sees(seconds)
  expect(await sent(ledger)).toEqual([
    'team firing dead-rows/public.orders',
    'team resolved dead-rows/public.orders',
  ])
})

test('two processes that see the same tell it once', async () => {
  const { ledger } = await openTestStore()
  const both = [engineOn(ledger), engineOn(ledger)]
  for (const seconds of [0, 10, 20]) await Promise.all(both.map((e) => e.sees(seconds, [bad])))
  for (const seconds of [30, 40, 50]) await Promise.all(both.map((e) => e.sees(seconds)))
  expect(await sent(ledger)).toHaveLength(2)
})

test('what changes together is one message, and ids name incident and kind', async () => {
  const { ledger } = await openTestStore()
  const { sees } = engineOn(ledger)
  const many = ['a', 'b', 'c'].map((name) => finding('dead-rows', `public.${name}`))
  await sees(0, many)
  await sees(10, many)
  const letters = await ledger.list<Letter>('outbox')
  expect(letters).toHaveLength(1)
  const notices = letters[0]?.value.message.notices ?? []
  expect(notices).toHaveLength(3)
  for (const n of notices) expect(n.id).toBe(`${n.incident}-firing`)
  expect(new Set(notices.map((n) => n.id)).size).toBe(3)
})

test('unreachable is told, and nothing is over because nothing can be seen', async () => {
  const { ledger } = await openTestStore()
  const { sees } = engineOn(ledger)
  const lost = { connection: 'unreachable', error: { message: 'no answer', remedy: 'Start it.' } } as const
  await sees(0, [bad])
  await sees(10, [bad])
  for (const seconds of [20, 50, 80, 200]) await sees(seconds, [], lost)
  const open = ['team firing dead-rows/public.orders', 'team firing target-unreachable/target']
  expect(await sent(ledger)).toEqual(open)
  for (const seconds of [210, 220]) await sees(seconds, [bad])
  expect(await sent(ledger)).toEqual([...open, 'team resolved target-unreachable/target'])
})

test('a silence keeps quiet; what still fires when it ends is told', async () => {
  const { ledger } = await openTestStore()
  const { sees, desk } = engineOn(ledger)
  const quiet = await desk.silence({ match: { rule: 'dead-rows' }, minutes: 10, reason: 'load', by: 'ann' })
  await sees(0, [bad])
  await sees(10, [bad])
  expect((await desk.overview('shop')).alerts).toMatchObject([{ state: 'firing', silenced: 'load' }])
  expect(await sent(ledger)).toEqual([])
  await desk.endSilence(quiet.id)
  await sees(20, [bad])
  expect(await sent(ledger)).toEqual(['team firing dead-rows/public.orders'])
})

test('acknowledged: no reminder; an alert that is over can not be', async () => {
  const { ledger } = await openTestStore()
  const { sees, desk } = engineOn(ledger)
  await sees(0, [bad])
  await sees(10, [bad])
  const [alert] = (await desk.overview()).alerts
  await sees(1010, [bad])
  expect(await desk.acknowledge(alert?.id ?? '', 'ann')).toMatchObject({ acknowledgedBy: 'ann' })
  await sees(2010, [bad])
  await sees(3010, [bad])
  expect(await sent(ledger)).toEqual([
    'team firing dead-rows/public.orders',
    'team reminder dead-rows/public.orders',
  ])
  await sees(3020)
  await sees(3030)
  await expect(desk.acknowledge(alert?.id ?? '', 'ann')).rejects.toMatchObject({ code: 'unknown-alert' })
  await expect(desk.acknowledge('nobody', 'ann')).rejects.toMatchObject({ code: 'unknown-alert' })
})

test('a suppressed finding alerts nobody until that expires', async () => {
  const { ledger } = await openTestStore()
  const { sees, desk, engine } = engineOn(ledger)
  const given = { target: 'shop', key: bad.key, reason: 'archive', by: 'ann' }
  await desk.suppress({ ...given, days: 1 })
  expect([...engine.suppressed('shop').keys()]).toEqual([bad.key])
  await sees(0, [bad])
  await sees(10, [bad])
  expect((await desk.overview()).alerts).toEqual([])
  const renewed = await desk.suppress({ ...given, days: 2 })
  expect(await desk.suppressions('shop')).toEqual([renewed])
  await sees(2 * 86_400 + 10, [bad])
  await sees(2 * 86_400 + 20, [bad])
  expect(engine.suppressed('shop').size).toBe(0)
  expect(await sent(ledger)).toEqual(['team firing dead-rows/public.orders'])
})

test('what fires when it is suppressed ends as suppressed, not as over', async () => {
  const { ledger } = await openTestStore()
  const { sees, desk } = engineOn(ledger)
  await sees(0, [bad])
  await sees(600, [bad])
  await desk.suppress({ target: 'shop', key: bad.key, reason: 'archive', days: 1, by: 'ann' })
  await sees(610, [bad])
  expect((await desk.overview()).alerts).toMatchObject([
    {
      state: 'resolved',
      summary: expect.stringMatching(/^Suppressed by ann until .*, not fixed: archive\. /),
    },
  ])
  expect(await sent(ledger)).toEqual([
    'team firing dead-rows/public.orders',
    'team resolved dead-rows/public.orders',
  ])
})

test('what was never found can not be suppressed: a wrong word would be believed', async () => {
  const { ledger } = await openTestStore()
  const { desk } = engineOn(ledger)
  const suppress = (key: string) => desk.suppress({ target: 'shop', key, reason: 'r', days: 1, by: 'ann' })
  await expect(suppress('dead-rows/*')).rejects.toMatchObject({ code: 'unknown-finding' })
  await expect(suppress('dead-rows/public.order')).rejects.toThrow(`did you mean ${bad.key}`)
  expect(await desk.suppressions('shop')).toEqual([])
})

test('only channels that want the severity and the target are told; a silence must fit something', async () => {
  const { ledger } = await openTestStore()
  const { sees, desk } = engineOn(ledger, [
    { name: 'pager', least: 'critical' },
    { name: 'other', least: 'info', targets: ['Crm'] },
    { name: 'shop', least: 'info', targets: ['Shop'] },
  ])
  await sees(0, [bad])
  await sees(10, [bad])
  expect(await sent(ledger)).toEqual(['shop firing dead-rows/public.orders'])
  const silence = { minutes: 1, reason: 'x', by: 'ann' }
  await expect(desk.silence({ match: {}, ...silence })).rejects.toMatchObject({ code: 'bad-request' })
  await expect(desk.silence({ match: { rule: 'dead-row' }, ...silence })).rejects.toThrow('dead-rows')
})
