import { expect, test } from 'vitest'
import { defineProbe } from '../core/probe.ts'
import type { Capabilities } from '../core/server.ts'
import { failureOf, obstacle } from './outcome-of.ts'

const server: Capabilities = {
  version: 150004,
  major: 15,
  database: 'shop',
  user: 'mo"n',
  startedAt: 0,
  systemIdentifier: null,
  role: 'primary',
  superuser: false,
  grants: [],
  extensions: { plpgsql: { schema: 'pg_catalog', version: '1.0' } },
  available: ['pg_stat_statements'],
  settings: {},
  pooler: 'none',
  platform: 'self-hosted',
}
const probe = defineProbe({
  name: 'p',
  title: 'P',
  doc: 'P.',
  rows: 'many',
  columns: {},
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  sql: { 14: 'select' },
})
const statements = { ...probe, extension: 'pg_stat_statements' }
const error = (code: string | undefined, message = 'said') => Object.assign(new Error(message), { code })

test('nothing stands in the way of what the server has and the role may read', () => {
  expect(obstacle(probe, server)).toBeUndefined()
  expect(
    obstacle({ ...probe, needs: 'pg_monitor' }, { ...server, grants: ['pg_read_all_stats'] }),
  ).toBeUndefined()
  expect(obstacle({ ...probe, needs: 'superuser' }, { ...server, superuser: true })).toBeUndefined()
  expect(obstacle({ ...probe, on: 'primary' }, server)).toBeUndefined()
})

test.each([
  ['a newer version only', { ...probe, sql: { 16: 'select' } }, server, 'unsupported', undefined],
  ['a standby only', { ...probe, on: 'standby' as const }, server, 'unsupported', undefined],
  [
    'no pg_monitor',
    { ...probe, needs: 'pg_monitor' as const },
    server,
    'denied',
    'GRANT pg_monitor TO "mo""n";',
  ],
  ['no superuser', { ...probe, needs: 'superuser' as const }, server, 'denied', 'Connect as a superuser.'],
  ['not installed', statements, server, 'missing', 'CREATE EXTENSION pg_stat_statements;'],
  [
    'neither preloaded nor installed',
    statements,
    { ...server, settings: { shared_preload_libraries: 'auto_explain, "other"' } },
    'missing',
    'Add pg_stat_statements to shared_preload_libraries in postgresql.conf and restart the server. Then CREATE EXTENSION pg_stat_statements;',
  ],
  [
    'preloaded and not installed',
    statements,
    { ...server, settings: { shared_preload_libraries: '"auto_explain", pg_stat_statements' } },
    'missing',
    'CREATE EXTENSION pg_stat_statements;',
  ],
])('%s', (_, p, s, reason, fix) => {
  expect(obstacle(p, s)).toMatchObject({ ok: false, reason })
  expect(obstacle(p, s)?.fix).toBe(fix)
})

test('an extension that the server has no files of is installed first', () => {
  expect(obstacle({ ...probe, extension: 'hypopg' }, server)?.fix).toMatch(
    /^Install the package that has hypopg/,
  )
})

test('one that a host does not offer can not be had there', () => {
  const hosted = { ...server, platform: 'cloud-sql' as const }
  const hypopg = { ...probe, extension: 'hypopg' }
  expect(obstacle(hypopg, hosted)).toMatchObject({ reason: 'unsupported' })
  // Which are offered could not be read: nothing is said about it.
  expect(obstacle(hypopg, { ...hosted, available: [] })).toMatchObject({ reason: 'missing' })
})

test.each([
  ['42501', probe, 'denied'],
  ['42P01', probe, 'missing'],
  ['42883', statements, 'missing'],
  ['42703', probe, 'missing'],
  ['3F000', probe, 'missing'],
  ['55000', statements, 'missing'],
  ['55000', probe, 'failed'],
  ['57014', probe, 'timeout'],
  ['55P03', probe, 'timeout'],
  ['22012', probe, 'failed'],
  [undefined, probe, 'failed'],
  ['ECONNRESET', probe, 'failed'],
])('SQLSTATE %s', (code, p, reason) => {
  expect(failureOf(error(code), p, server)).toMatchObject({ ok: false, reason })
})

test('a long message is shortened', () => {
  expect(failureOf(error('22012', 'x'.repeat(5000)), probe, server).detail.length).toBeLessThan(330)
})
