import { expect, test } from 'vitest'
import { row } from '../../test/facts.ts'
import blocking from '../probes/blocking.ts'
import { nameProcess, type ServerProcess, serverProcesses, whyKept } from './_server-process.ts'

const autovacuum = (task: string | null): ServerProcess => ({ backend_type: 'autovacuum worker', task })

test.each([
  ['VACUUM public.t', 'The autovacuum of public.t (pid 7)'],
  ['ANALYZE public.t', 'The autovacuum of public.t (pid 7)'],
  ['VACUUM ANALYZE s.T (to prevent wraparound)', 'The autovacuum of s.T to prevent wraparound (pid 7)'],
  ['BRIN summarize public.i 12', 'The autovacuum of public.i 12 (pid 7)'],
])('an autovacuum is named by its table: %s', (task, name) =>
  expect(nameProcess(7, autovacuum(`autovacuum: ${task}`))).toBe(name),
)

test('without its text an autovacuum has no table and may be one that is needed', () => {
  expect(nameProcess(7, autovacuum(null))).toBe('The autovacuum (pid 7)')
  expect(whyKept(autovacuum(null))).toContain('may be')
})

test('another process is named by what it is, and kept', () => {
  const walsender = { backend_type: 'walsender', task: null }
  expect(nameProcess(7, walsender)).toBe('The walsender (pid 7)')
  expect(whyKept(walsender)).toBe('it sends WAL to a standby or a subscriber')
  expect(whyKept(autovacuum('autovacuum: ANALYZE public.t'))).toBeUndefined()
})

test('clients, prepared transactions and what is hidden are none; who waits and who blocks are taken together', () => {
  const wait = (pid: number, kind: string, by: Record<number, string>) =>
    row(blocking, {
      ...{ pid, blocked_by: Object.keys(by).map(Number) },
      kinds: [kind, ...Object.values(by)],
    })
  const found = serverProcesses([
    wait(3, 'client backend', { 0: '', 1: 'client backend', 2: 'autovacuum: ANALYZE public.t' }),
    wait(2, 'autovacuum: ANALYZE public.t', { 4: '', 5: 'walsender', 7: 'autovacuum worker' }),
    wait(6, '', { 3: 'client backend' }),
  ])
  expect([...found]).toEqual([
    [2, { backend_type: 'autovacuum worker', task: 'autovacuum: ANALYZE public.t' }],
    [5, { backend_type: 'walsender', task: null }],
    [7, { backend_type: 'autovacuum worker', task: null }],
  ])
})
