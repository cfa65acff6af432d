import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import databases from '../probes/databases.ts'
import rule from './checksum-failures.ts'

test.each([
  [null, 0],
  [0, 0],
  [1, 1],
])('%s corrupt blocks: %i finding', (checksum_failures, count) => {
  const found = check(rule, { databases: [row(databases, { database: 'app', checksum_failures })] })
  expect(found).toHaveLength(count)
  for (const f of found) {
    expect(f).toMatchObject({ severity: 'critical', subject: 'database app' })
    expect(f.summary).toBe('1 block of the database app did not match its checksum.')
  }
  expect(rule.cap).toBe(49)
})
