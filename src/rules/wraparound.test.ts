import { expect, test } from 'vitest'
import { check, derive, row } from '../../test/facts.ts'
import freezeStatus from '../derived/freeze-status.ts'
import xminHorizon from '../derived/xmin-horizon.ts'
import databases from '../probes/databases.ts'
import rule from './wraparound.ts'

const LIMIT = 2_144_483_648
const judged = (xid_age: number, multixact_age = 0) =>
  check(rule, {
    status: derive(freezeStatus, {
      databases: [row(databases, { database: 'app', xid_age, multixact_age })],
      ...{ templates: undefined, tables: undefined },
    }),
    horizon: [row(xminHorizon, { kind: 'slot', holder: 'the slot cdc', age: 20_000, here: true })],
  })

test.each([
  [200_000_000, []],
  [LIMIT * 0.5, []],
  [LIMIT * 0.5 + 1, ['warning']],
  [LIMIT * 0.8, ['warning']],
  [LIMIT * 0.8 + 1, ['critical']],
])('an age of %d: %j', (age, severities) => {
  expect(judged(age).map((b) => b.severity)).toEqual(severities)
  expect(judged(0, age).map((b) => b.severity)).toEqual(severities)
})

test('says which ids run out, and is fatal', () => {
  expect(judged(0, 1_800_000_000)[0]?.summary).toBe(
    'The oldest multixact id of the database app is 1,800,000,000 back: 84 % of the way until writes stop. VACUUM is held back by the slot cdc, 20,000 transactions back.',
  )
  expect(rule.cap).toBe(49)
})
