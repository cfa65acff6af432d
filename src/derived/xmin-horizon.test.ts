import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import instance from '../probes/instance.ts'
import preparedTransactions from '../probes/prepared-transactions.ts'
import replication from '../probes/replication.ts'
import replicationSlots from '../probes/replication-slots.ts'
import vacuumProgress from '../probes/vacuum-progress.ts'
import xminHorizon from './xmin-horizon.ts'

const session = (pid: number, xmin_age: number, database = 'app') =>
  row(activity, { pid, xmin_age, database, application: 'web', transaction_age: 9 })

const nobody = {
  ...{ activity: [], instance: [row(instance)], prepared: [], slots: [], replication: undefined },
  vacuums: undefined,
}

test('nobody holds anything: no row', () => {
  expect(derive(xminHorizon, nobody)).toEqual([])
  expect(derive(xminHorizon, { ...nobody, activity: [session(1, 0)] })).toEqual([])
})

test('each of the five kinds of holder, the oldest first', () => {
  const rows = derive(xminHorizon, {
    activity: [session(1, 10)],
    instance: [row(instance, { process_xmin_age: 50 })],
    prepared: [row(preparedTransactions, { transaction: 'p', database: 'app', xmin_age: 40, age: 60 })],
    slots: [row(replicationSlots, { slot: 's', xmin_age: 30 })],
    replication: [row(replication, { application: 'berlin', xmin_age: 20 })],
    vacuums: [],
  })
  expect(rows.map((r) => [r.subject, r.kind, r.age, r.seconds, r.here])).toEqual([
    ['process', 'process', 50, null, true],
    ['prepared transaction p', 'prepared transaction', 40, 60, true],
    ['slot s', 'slot', 30, null, true],
    ['standby berlin', 'standby', 20, null, true],
    ['pid 1', 'session', 10, 9, true],
  ])
})

test('a session of another database and a logical slot hold back, but not tables here', () => {
  const rows = derive(xminHorizon, {
    ...nobody,
    activity: [session(1, 10, 'other')],
    slots: [row(replicationSlots, { slot: 'cdc', catalog_xmin_age: 99 })],
  })
  expect(rows).toMatchObject([
    { subject: 'slot cdc', age: 99, catalogs_only: true, here: false },
    { subject: 'pid 1', database: 'other', here: false },
  ])
})

test('a running VACUUM holds nobody back', () => {
  const running = { ...nobody, activity: [session(1, 10)], vacuums: [row(vacuumProgress, { pid: 1 })] }
  expect(derive(xminHorizon, running)).toEqual([])
})
