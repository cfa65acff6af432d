import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { headerOf, httpReceiver, mailReceiver } from '../../test/receivers.ts'
import type { Message, Notice } from '../core/notice.ts'
import { type ChannelSettings, createChannels } from './channels.ts'
import { Undelivered } from './http.ts'
import { signature } from './webhook.ts'

const notice = (more: Partial<Notice> = {}): Notice => ({
  ...{ id: 'a1-x-firing', kind: 'firing', alert: 'a1', incident: 'a1-x', key: 'blocking/instance' },
  ...{ rule: 'blocking', title: 'Sessions wait for a lock', severity: 'critical', state: 'firing' },
  ...{ summary: 'worker (pid 7) blocks 3 sessions.', action: 'End it.', since: 0, resolvedAt: null },
  ...more,
})
const message = (...notices: Notice[]): Message => ({
  ...{ id: 'm-1', at: 1000, target: { id: 'shop', name: 'Shop' }, notices },
})
/** As a configuration refers to an environment variable. */
const reference = (name: string) => ['$', `{${name}}`].join('')
const channel = (settings: ChannelSettings, env: Record<string, string> = {}) => {
  const [made] = createChannels({ team: settings }, env)
  if (!made) throw new Error('no channel')
  return made
}

test('slack: a headline, what is, what to do and how to acknowledge; markup in names is inert', async () => {
  const { url, received } = await httpReceiver()
  const sender = channel(
    { kind: 'slack', url: reference('SLACK') },
    { SLACK: `${url}/services/T0/B0/secret` },
  )
  await sender.send(message(notice({ summary: '<!channel> & co blocks.' })))
  expect(received).toHaveLength(1)
  expect(received[0]?.path).toBe('/services/T0/B0/secret')
  const body = JSON.parse(received[0]?.body ?? '') as { text: string; blocks: object[] }
  expect(body.text).toBe('Shop: Critical alert: Sessions wait for a lock')
  expect(JSON.stringify(body)).toContain('&lt;!channel&gt; &amp; co blocks.')
  expect(JSON.stringify(body)).toContain('→ End it.')
  expect(JSON.stringify(body)).toContain('pgtend alerts ack a1')
})

test('slack: many alerts fit the 50 blocks that it takes, the rest is counted', async () => {
  const { url, received } = await httpReceiver()
  await channel({ kind: 'slack', url }).send(
    message(...Array.from({ length: 60 }, () => notice({ summary: 'x'.repeat(5000) }))),
  )
  const { blocks } = JSON.parse(received[0]?.body ?? '') as { blocks: { text?: { text: string } }[] }
  expect(blocks.length).toBeLessThanOrEqual(50)
  expect(JSON.stringify(blocks)).toContain('And 50 more.')
  for (const { text } of blocks) expect(text?.text.length ?? 0).toBeLessThanOrEqual(3000)
})

test('webhook: the documented body, an idempotency key, and a signature that a receiver can check', async () => {
  const { url, received } = await httpReceiver()
  const sender = channel({ kind: 'webhook', url, secret: reference('KEY') }, { KEY: 'hush' })
  await sender.send(message(notice()))
  await sender.send(message(notice()))
  const [first, second] = received
  expect(JSON.parse(first?.body ?? '')).toEqual({
    ...{ version: 1, id: 'm-1', at: 1000, test: false, target: { id: 'shop', name: 'Shop' } },
    notices: [notice()],
  })
  expect(second?.body).toBe(first?.body)
  const headers = first?.headers ?? {}
  expect(headers['idempotency-key']).toBe('m-1')
  const time = String(headers['pgtend-timestamp'])
  expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60)
  const own = createHmac('sha256', 'hush').update(`${time}.${first?.body}`).digest('hex')
  expect(headers['pgtend-signature']).toBe(`sha256=${own}`)
  expect(signature('other', Number(time), first?.body ?? '')).not.toBe(`sha256=${own}`)
})

test('a receiver that refuses, redirects or is not there is told without its address', async () => {
  const { url, answer, received } = await httpReceiver()
  const sender = channel({ kind: 'webhook', url: `${url}/token-in-path` })
  answer(503, { 'retry-after': '7' })
  const refused = await sender.send(message(notice())).catch((e: unknown) => e)
  expect(refused).toMatchObject({ message: 'the receiver answered 503', retryAfter: 7000 })
  answer(302, { location: `${url}/elsewhere` })
  await expect(sender.send(message(notice()))).rejects.toThrow('the receiver answered 302')
  expect(received.map((r) => r.path)).toEqual(['/token-in-path', '/token-in-path'])
  const gone = channel({ kind: 'slack', url: 'http://127.0.0.1:1/token-in-path' })
  const failed = await gone.send(message(notice())).catch((e: unknown) => e)
  expect(failed).toBeInstanceOf(Undelivered)
  expect(String(failed)).not.toContain('token')
})

test('email: to everybody, one Message-ID per message, one thread per incident, no header from a name', async () => {
  const { port, mails } = await mailReceiver('pass word')
  const sender = channel(
    {
      kind: 'email',
      server: reference('SMTP'),
      from: 'pgtend <alerts@example.org>',
      to: ['ann@example.org', 'bob@example.org'],
    },
    { SMTP: `smtp://pgtend:pass%20word@127.0.0.1:${port}` },
  )
  const hostile = { ...message(notice()), target: { id: 'shop', name: 'Shop\r\nBcc: eve@example.org' } }
  await sender.send(hostile)
  const over = { ...message(notice({ kind: 'resolved', state: 'resolved', resolvedAt: 60_000 })), id: 'm-2' }
  await sender.send(over)
  const [first, second] = mails
  if (!first || !second) throw new Error('no mail')
  expect(first).toMatchObject({ from: 'alerts@example.org', to: ['ann@example.org', 'bob@example.org'] })
  expect(headerOf(first, 'Message-ID')).toBe('<m-1@pgtend.invalid>')
  expect(headerOf(first, 'Bcc')).toBeUndefined()
  expect(headerOf(first, 'Subject')).toContain('Critical alert: Sessions wait for a lock')
  expect(headerOf(second, 'In-Reply-To')).toBe(headerOf(first, 'In-Reply-To'))
  expect(headerOf(second, 'Subject')).toBe('Shop: Resolved: Sessions wait for a lock')
  expect(first.raw).toContain('What to do: End it.')
})

test('email: a refused login is told without the password', async () => {
  const { port } = await mailReceiver('right')
  const sender = channel({
    ...{ kind: 'email', server: `smtp://pgtend:wr%26ng@127.0.0.1:${port}` },
    ...{ from: 'a@example.org', to: ['b@example.org'] },
  })
  const failed = String(await sender.send(message(notice())).catch((e: unknown) => e))
  expect(failed).toContain('EAUTH')
  expect(failed).not.toMatch(/wr&ng|wr%26ng/)
})

test.each([
  [{ kind: 'slack', url: reference('MISSING') }, 'environment variable MISSING'],
  [{ kind: 'slack', url: 'ftp://secret@x' }, 'https:// or http://'],
  [{ kind: 'email', server: 'mail.example.org', from: 'a@b', to: ['c@d'] }, 'smtp:// or smtps://'],
] as const)('%j is refused', (settings, words) => {
  const make = () => channel(settings as ChannelSettings)
  expect(make).toThrow(words)
  expect(make).not.toThrow('secret')
})
