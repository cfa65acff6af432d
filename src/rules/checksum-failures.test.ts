import { expect, test } from 'vitest'
import { check, derive, row } from '../../test/facts.ts'
import checksumFailures from '../derived/checksum-failures.ts'
import databases from '../probes/databases.ts'
import rule from './checksum-failures.ts'

const counted = (...failures: (number | null)[]) =>
  derive(checksumFailures, {
    databases: failures.map((checksum_failures) => row(databases, { database: 'app', checksum_failures })),
  })

test.each([
  [0, 0],
  [1, 1],
])('%s corrupt blocks: %i finding', (failures, count) => {
  const found = check(rule, { databases: counted(failures) })
  expect(found).toHaveLength(count)
  for (const f of found) {
    expect(f).toMatchObject({ severity: 'critical', subject: 'database app' })
    expect(f.summary).toBe('1 block of the database app did not match its checksum.')
  }
  expect(rule.cap).toBe(49)
})
