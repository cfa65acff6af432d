import { expect, test } from 'vitest'
import { check, derive, row } from '../../test/facts.ts'
import checksumFailures from '../derived/checksum-failures.ts'
import databases from '../probes/databases.ts'
import statisticsResets from '../probes/statistics-resets.ts'
import templateAges from '../probes/template-ages.ts'
import rule from './checksum-failures.ts'

const counted = (own: number | null, shared = own, template = own) =>
  derive(checksumFailures, {
    databases: [row(databases, { database: 'app', checksum_failures: own })],
    templates: [row(templateAges, { database: 'template1', checksum_failures: template })],
    server: [row(statisticsResets, { shared_checksum_failures: shared })],
  })

test.each([
  [[0, 0, 0], []],
  [[1, 0, 0], [['database app', '1 block of the database app did not match its checksum.']]],
  [[0, 2, 0], [['shared catalogs', '2 blocks of the shared catalogs did not match their checksum.']]],
  [[0, 0, 1], [['database template1', '1 block of the database template1 did not match its checksum.']]],
] as const)(
  '%j corrupt blocks of a database, the shared catalogs, a template',
  ([own, shared, template], told) => {
    const found = check(rule, { counted: counted(own, shared, template) })
    expect(found.map((f) => [f.subject, f.summary])).toEqual(told)
    for (const f of found) expect(f.severity).toBe('critical')
    expect(rule.cap).toBe(49)
  },
)

test('where checksums are off nothing is known', () =>
  expect(() => counted(null)).toThrow('data checksums are off'))
