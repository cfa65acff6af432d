import { expect, test } from 'vitest'
import { comparePids, detectPooler } from './pooler.ts'

const direct = { host: 'db', port: 5432, loginPid: 7, backendPids: [7, 7, 7] }

test.each([
  ['the server process that the login named', direct, 'none'],
  ['another process each time', { ...direct, backendPids: [7, 8, 7] }, 'transaction'],
  ['a proxy that can not be asked', { ...direct, loginPid: 99 }, undefined],
  ['Supabase, transaction mode', { ...direct, port: 6543 }, 'transaction'],
  ['Supabase, session mode', { ...direct, host: 'aws-0-eu.pooler.supabase.com', loginPid: 99 }, 'none'],
  ['Neon, pooled', { ...direct, host: 'ep-a-1-pooler.eu.aws.neon.tech', loginPid: 99 }, 'transaction'],
  ['Neon, direct', { ...direct, host: 'ep-a-1.eu.aws.neon.tech', loginPid: 99 }, 'none'],
] as const)('%s', (_, seen, expected) => {
  expect(detectPooler(seen)).toBe(expected)
})

/** A proxy that picks a server for each transaction of client 0 or 1. */
const through = (pick: (client: number, n: number) => number) => {
  let n = 0
  const ask = (client: number) => async () => pick(client, n++)
  return comparePids(ask(0), ask(1))
}

test.each([
  ['keeps a server for each session', (client: number) => client, 'none'],
  ['hands out the one that was left last', () => 7, 'transaction'],
  ['goes round two servers', (_: number, n: number) => n % 2, 'transaction'],
  ['goes round three servers', (_: number, n: number) => n % 3, 'transaction'],
] as const)('two sessions through a proxy that %s: %s', async (_, pick, expected) => {
  expect(await through(pick)).toBe(expected)
})
