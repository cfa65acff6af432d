import { expect, test } from 'vitest'
import { AT, recommend, row } from '../../test/facts.ts'
import blockingTree from '../derived/blocking-tree.ts'
import activity from '../probes/activity.ts'
import advice from './end-idle-transaction.ts'

const of = (state: string, state_age: number, blocked = 0, application = 'web') =>
  recommend(advice, {
    activity: [row(activity, { pid: 7, state, state_age, application, backend_start: AT + 123.4 })],
    tree: blocked === 0 ? undefined : [row(blockingTree, { pid: 7, blocked })],
  })

test.each([
  ['idle in transaction', 60, 0],
  ['idle in transaction', 61, 1],
  ['idle in transaction (aborted)', 61, 1],
  ['idle', 999, 0],
  ['active', 999, 0],
])('%s for %i s: %i', (state, age, count) => expect(of(state, age)).toHaveLength(count))

test('ends that very session and no later one with its number', () => {
  const [found] = of('idle in transaction', 90, 2)
  expect(found).toMatchObject({ confidence: 'high', gain: '2 sessions can go on' })
  expect(found?.sql?.[0]).toMatch(
    /WHERE pid = 7 AND abs\(extract\(epoch FROM backend_start\) - \d+\.123\) < 0.01;$/,
  )
  expect(of('idle in transaction', 90)).toMatchObject([{ confidence: 'medium' }])
})

test('one that belongs to a service is named with its owner, and nothing is offered that would end it', () => {
  const [found] = of('idle in transaction', 90, 2, 'PostgREST 12.2')
  expect(found?.because).toContain('pgtend does not end it: it is the API (PostgREST).')
  expect(found).not.toHaveProperty('sql')
  expect(found).not.toHaveProperty('action')
})
