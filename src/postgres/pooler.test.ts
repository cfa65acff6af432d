import { expect, test } from 'vitest'
import { detectPooler } from './pooler.ts'

const direct = { host: 'db', port: 5432, loginPid: 7, backendPids: [7, 7, 7] }

test.each([
  ['the server process that the login named', direct, 'none'],
  ['another process each time', { ...direct, backendPids: [7, 8, 7] }, 'transaction'],
  ['a proxy that can not be asked', { ...direct, loginPid: 99 }, 'transaction'],
  ['Supabase, transaction mode', { ...direct, port: 6543 }, 'transaction'],
  ['Supabase, session mode', { ...direct, host: 'aws-0-eu.pooler.supabase.com', loginPid: 99 }, 'none'],
  ['Neon, pooled', { ...direct, host: 'ep-a-1-pooler.eu.aws.neon.tech', loginPid: 99 }, 'transaction'],
  ['Neon, direct', { ...direct, host: 'ep-a-1.eu.aws.neon.tech', loginPid: 99 }, 'none'],
] as const)('%s', (_, seen, expected) => {
  expect(detectPooler(seen)).toBe(expected)
})
