import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { headerOf, httpReceiver, mailReceiver } from '../../test/receivers.ts'
import { runWithStore, temporaryFolder } from '../../test/store.ts'
import type { Notice } from '../core/notice.ts'

const INCIDENTS = 15
const MOST_KILLS = 8
const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)

/**
 * A pgtend that sees one incident after the other begin and end, and tells three channels. Where it goes on after a
 * kill it knows only from the store. Prints `done` when all is seen and delivered.
 */
const script = (channels: object) => `
  import { createAlerts } from ${source('../alert-service.ts')}
  import { parseConfig } from ${source('../monitor/config.ts')}
  const store = await openStore({ path })
  const config = parseConfig({
    alerts: {
      channels: ${JSON.stringify(channels)},
      rules: { 'dead-rows': { for: 0, calm: 0 } },
    },
  })
  const alerts = createAlerts({ store, config, env: {}, onError: (e) => { throw e }, timing: { lease: 700, look: 50, pause: 50 } })
  await alerts.start()
  const finding = (subject) => ({ key: 'dead-rows/' + subject, rule: 'dead-rows', title: 'Dead', subject,
    severity: 'warning', value: 1, unit: 'ratio', summary: subject + ' is bad.', evidence: {} })
  const look = async (subjects) => {
    alerts.port.observe({ target: { id: 't', name: 'T' }, connection: 'connected', unknown: [],
      findings: (asked) => asked['dead-rows'] ? subjects.map(finding) : [] })
    await alerts.settled()
    await new Promise((r) => setTimeout(r, 2))
  }
  const stateOf = async (subject) =>
    (await alerts.overview('t')).alerts.find((a) => a.key === 'dead-rows/' + subject)?.state
  for (let n = 0; n < ${INCIDENTS}; n++) {
    const subject = 'table ' + n
    for (let state; (state = await stateOf(subject)) !== 'resolved'; ) await look(state === 'firing' ? [] : [subject])
  }
  while ((await alerts.overview('t')).channels.some((c) => c.waiting > 0)) await new Promise((r) => setTimeout(r, 20))
  await alerts.stop()
  await store.close()
  console.log('done')`

test('kill -9 at any moment: every incident is told once to each channel when it begins and once when it ends', {
  timeout: 240_000,
}, async () => {
  const [http, mail] = [await httpReceiver(), await mailReceiver()]
  const path = join(temporaryFolder(), 'history.db')
  const channels = {
    slack: { kind: 'slack', url: `${http.url}/slack` },
    hook: { kind: 'webhook', url: `${http.url}/hook` },
    mail: {
      kind: 'email',
      server: `smtp://127.0.0.1:${mail.port}`,
      from: 'a@example.org',
      to: ['b@example.org'],
    },
  }
  const arrived = () => http.received.length + mail.mails.length
  let kills = 0
  for (let done = false; !done; ) {
    const child = runWithStore(path, script(channels))
    let errors = ''
    child.stderr.on('data', (text) => (errors += String(text)))
    child.stdout.on('data', (text) => (done ||= String(text).includes('done')))
    const ended = once(child, 'close')
    const before = arrived()
    while (kills < MOST_KILLS && !done && arrived() === before && child.exitCode === null) await sleep(2)
    if (kills < MOST_KILLS && !done) {
      await sleep(Math.random() * 150)
      if (child.kill('SIGKILL') && !done) kills++
    }
    await ended
    expect(errors).toBe('')
  }
  expect(kills).toBeGreaterThan(3)

  // What each channel got, raw and once duplicates are dropped by their id.
  const hooks = http.received
    .filter((r) => r.path === '/hook')
    .map((r) => ({
      ...(JSON.parse(r.body) as { id: string; notices: Notice[] }),
      header: r.headers['idempotency-key'],
      repeat: r.headers['pgtend-repeat'] === 'possible',
    }))
  const slacks = http.received
    .filter((r) => r.path === '/slack')
    .map((r) => ({
      id: /pgtend ([0-9a-f-]{36})/.exec(r.body)?.[1] ?? '',
      body: r.body,
      repeat: r.body.includes('may have come before'),
    }))
  const mails = mail.mails.map((m) => ({
    ...{ id: headerOf(m, 'X-Pgtend-Id') ?? '', raw: m.raw, messageId: headerOf(m, 'Message-ID') },
    repeat: headerOf(m, 'X-Pgtend-Repeat') === 'possible',
  }))
  const firsts = <T extends { id: string }>(all: readonly T[]): T[] => [
    ...new Map(all.map((m) => [m.id, m])).values(),
  ]

  // What a receiver goes by is the same in each copy, and every copy but the first says that it may be one.
  for (const { id, header } of hooks) expect(header).toBe(id)
  for (const { id, messageId } of mails) expect(messageId).toBe(`<${id}@pgtend.invalid>`)
  for (const all of [hooks, slacks, mails]) {
    const seen = new Set<string>()
    for (const { id, repeat } of all) {
      if (seen.has(id)) expect(repeat).toBe(true)
      seen.add(id)
    }
  }

  const notices = firsts(hooks).flatMap((h) => h.notices)
  expect(new Set(notices.map((n) => n.id)).size).toBe(notices.length)
  for (let n = 0; n < INCIDENTS; n++) {
    const own = notices.filter((notice) => notice.key === `dead-rows/table ${n}`)
    expect(own.map((notice) => notice.kind)).toEqual(['firing', 'resolved'])
    expect(new Set(own.map((notice) => notice.incident)).size).toBe(1)
    const word = (text: string) => text.includes(`table ${n} is bad.`)
    expect(firsts(slacks).filter((s) => word(s.body))).toHaveLength(2)
    expect(firsts(mails).filter((m) => word(m.raw))).toHaveLength(2)
  }
  // Sent twice at most what was on its way when the process was killed: one letter of each channel.
  const twice = [hooks.length - firsts(hooks).length, slacks.length - firsts(slacks).length]
  for (const n of [...twice, mails.length - firsts(mails).length]) expect(n).toBeLessThanOrEqual(kills)

  const db = new DatabaseSync(path)
  expect(
    db.prepare(`select count(*) as n from entry where kind = 'outbox' and id not like 'delivery/%'`).get(),
  ).toEqual({ n: 0 })
  db.close()
})
