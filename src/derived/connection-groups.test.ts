import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import connectionGroups from './connection-groups.ts'

const sessions = [
  row(activity, { application: 'web', user: 'app', database: 'd', state: 'idle', state_age: 5 }),
  row(activity, { application: 'web', user: 'app', database: 'd', state: 'idle', state_age: 50 }),
  row(activity, { application: '', user: 'app', database: 'd', state: 'active', client: '10.0.0.1' }),
  row(activity, { application: 'job', user: null, state: 'idle in transaction (aborted)' }),
]
const groups = derive(connectionGroups, { activity: sessions, tracking: [] })
const of = (by: string) => groups.filter((g) => g.by === by).map((g) => [g.name, g.connections])

test('each session is in one group of each grouping, the largest first', () => {
  expect(of('application')).toEqual([
    ['web', 2],
    ['(no name)', 1],
    ['job', 1],
  ])
  expect(of('user')).toEqual([
    ['app', 3],
    ['unknown', 1],
  ])
  expect(of('database')).toEqual([
    ['d', 3],
    ['(none)', 1],
  ])
  expect(of('client')).toEqual([
    ['local', 3],
    ['10.0.0.1', 1],
  ])
  expect(of('state').map(([name]) => name)).toEqual(['idle', 'active', 'idle in transaction (aborted)'])
})

test('a group tells what its sessions do', () => {
  const group = (name: string) => groups.find((g) => g.by === 'application' && g.name === name)
  expect(group('web')).toMatchObject({ idle: 2, active: 0, idle_in_transaction: 0, oldest_idle: 50 })
  expect(group('job')).toMatchObject({ idle: 0, idle_in_transaction: 1, oldest_idle: null })
})

test('roles and applications of a platform are named as the services that they are', () => {
  const service = (values: Parameters<typeof row<typeof activity>>[1]) =>
    derive(connectionGroups, { activity: [row(activity, values)], tracking: [] }).flatMap(
      (g) => g.service ?? [],
    )
  expect(service({ user: 'authenticator', application: 'PostgREST 12.2' })).toEqual([
    'the API (PostgREST)',
    'the API (PostgREST)',
  ])
  expect(service({ user: 'app', application: 'web' })).toEqual([])
  // A database or a state of that name is none.
  expect(service({ user: 'app', application: 'web', database: 'supavisor' })).toEqual([])
})

test('where sessions do not tell what they do, nothing is counted of it', () => {
  const untold = derive(connectionGroups, { activity: sessions, tracking: undefined })
  expect(untold.find((g) => g.name === 'web')).toMatchObject({
    ...{ connections: 2, active: null, idle: null, idle_in_transaction: null, oldest_idle: null },
  })
  const hidden = row(activity, { application: 'batch', user: 'app', state: 'disabled' })
  const some = derive(connectionGroups, { activity: [...sessions, hidden], tracking: [] })
  expect(some.find((g) => g.name === 'batch')).toMatchObject({ connections: 1, active: null, idle: null })
  expect(some.find((g) => g.name === 'app')).toMatchObject({ connections: 4, active: 1, idle: 2 })
})

test('nobody: no groups', () => expect(derive(connectionGroups, { activity: [], tracking: [] })).toEqual([]))
