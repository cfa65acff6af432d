import { appendFile, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Certificate, makeCertificate } from '../../test/certificate.ts'
import { LATEST, serverUrl } from '../../test/servers.ts'
import { flag, gauge, label } from '../core/columns.ts'
import type { AppError } from '../core/errors.ts'
import { defineProbe, type Probe } from '../core/probe.ts'
import { type EmbeddedServer, startServer } from '../embedded/server.ts'
import { connect } from './session.ts'
import { parseUrl } from './url.ts'

let dir: string
let server: EmbeddedServer
let admin: pg.Client

/** With TLS for `localhost` by an authority of our own; roles by how pg_hba.conf lets them in. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pgtend-tls-'))
  server = await startServer({ major: LATEST, dataDir: join(dir, 'data'), settings: { fsync: 'off' } })
  const authority = makeCertificate({ name: 'Test authority' })
  await save('authority', authority)
  await save('other', makeCertificate({ name: 'Other authority' }))
  await save('client', makeCertificate({ name: 'certified', issuer: authority }))
  const own = makeCertificate({ name: 'server', issuer: authority, hosts: ['localhost'] })
  await serverFile('server.crt', own.cert)
  await serverFile('server.key', own.key)
  await serverFile('root.crt', authority.cert)
  const hba = join(server.dataDir, 'pg_hba.conf')
  const trustAll = await readFile(hba, 'utf8')
  await writeFile(
    hba,
    `hostssl all only_tls all trust\nhostnossl all only_plain all trust\nhost all only_tls,only_plain all reject
hostssl all certified all cert\nhost all scram all scram-sha-256\nhost all clear all password\n`,
  )
  await appendFile(hba, trustAll)
  admin = new pg.Client({ connectionString: server.url() })
  await admin.connect()
  await admin.query(`CREATE ROLE only_tls LOGIN; CREATE ROLE only_plain LOGIN; CREATE ROLE certified LOGIN;
    CREATE ROLE scram LOGIN PASSWORD 'geheim'; CREATE ROLE clear LOGIN PASSWORD 'geheim'`)
  await admin.query(`ALTER SYSTEM SET ssl_ca_file = 'root.crt'`)
  await admin.query('ALTER SYSTEM SET ssl = on')
  await admin.query('SELECT pg_reload_conf()')
  await vi.waitFor(() => tls('postgres', 'sslmode=require'), { timeout: 20_000 })
})
afterAll(async () => {
  await admin?.end()
  await server?.stop('immediate')
  await rm(dir, { recursive: true, force: true })
})

const file = (name: string) => join(dir, name)
async function save(name: string, certificate: Certificate): Promise<void> {
  await writeFile(file(`${name}.crt`), certificate.cert)
  await writeFile(file(`${name}.key`), certificate.key)
}
async function serverFile(name: string, text: string): Promise<void> {
  const { uid, gid } = await stat(server.dataDir)
  const path = join(server.dataDir, name)
  await writeFile(path, text, { mode: 0o600 })
  await chown(path, uid, gid)
}

const encrypted = defineProbe({
  name: 'encrypted',
  title: 'Encrypted',
  doc: 'Whether this session is.',
  rows: 'one',
  columns: { ssl: flag('TLS') },
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  sql: { 14: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()' },
}) as unknown as Probe

const url = (user: string, query: string, host = 'localhost') =>
  `postgres://${user}@${host}:${server.port}/postgres?${query}`

/** Whether the session that this makes is encrypted. */
async function tls(user: string, query: string, host?: string): Promise<unknown> {
  const session = await connect(parseUrl(url(user, query, host), {}))
  try {
    const { results } = await session.flight([{ probe: encrypted }])
    const outcome = results.get('encrypted')?.outcome
    return outcome?.ok ? outcome.rows[0]?.ssl : outcome
  } finally {
    await session.close()
  }
}

const refused = async (user: string, query: string, host?: string): Promise<AppError> =>
  tls(user, query, host).then(
    () => {
      throw new Error('accepted')
    },
    (error: AppError) => error,
  )

const root = () => `sslrootcert=${encodeURIComponent(file('authority.crt'))}`
const otherRoot = () => `sslrootcert=${encodeURIComponent(file('other.crt'))}`

test('each mode encrypts as libpq would', async () => {
  expect(await tls('postgres', 'sslmode=disable')).toBe(false)
  expect(await tls('postgres', 'sslmode=allow')).toBe(false)
  expect(await tls('postgres', 'sslmode=prefer')).toBe(true)
  expect(await tls('postgres', 'sslmode=require')).toBe(true)
  expect(await tls('postgres', '')).toBe(true)
})

test('verify-full takes the right authority and the right name only', async () => {
  expect(await tls('postgres', `sslmode=verify-full&${root()}`)).toBe(true)
  for (const [query, host] of [
    [`sslmode=verify-full&${root()}`, '127.0.0.1'],
    [`sslmode=verify-full&${otherRoot()}`, 'localhost'],
    ['sslmode=verify-full', 'localhost'],
    ['sslrootcert=system', 'localhost'],
  ] as const) {
    expect(await refused('postgres', query, host)).toMatchObject({ code: 'tls-failed' })
  }
})

test('verify-ca, and require with an authority, take any name but not any authority', async () => {
  for (const mode of ['verify-ca', 'require']) {
    expect(await tls('postgres', `sslmode=${mode}&${root()}`, '127.0.0.1')).toBe(true)
    expect(await refused('postgres', `sslmode=${mode}&${otherRoot()}`)).toMatchObject({ code: 'tls-failed' })
  }
})

test('prefer and allow turn to the other encryption where pg_hba.conf wants it, require and disable do not', async () => {
  expect(await tls('only_tls', 'sslmode=allow')).toBe(true)
  expect(await tls('only_plain', 'sslmode=prefer')).toBe(false)
  expect(await refused('only_tls', 'sslmode=disable')).toMatchObject({ code: 'login-failed' })
  expect(await refused('only_plain', 'sslmode=require')).toMatchObject({ code: 'login-failed' })
})

test('a server without TLS', async () => {
  const plain = serverUrl(LATEST)
  expect(await connect(parseUrl(`${plain}?sslmode=require`, {})).catch((e: AppError) => e)).toMatchObject({
    code: 'tls-failed',
    detail: expect.stringContaining('does not offer TLS'),
  })
  const session = await connect(parseUrl(`${plain}?sslmode=prefer`, {}))
  await session.close()
})

test('a client certificate', async () => {
  const own = `sslcert=${encodeURIComponent(file('client.crt'))}&sslkey=${encodeURIComponent(file('client.key'))}`
  expect(await tls('certified', `sslmode=verify-full&${root()}&${own}`)).toBe(true)
  expect(await refused('certified', `sslmode=verify-full&${root()}`)).toMatchObject({ code: 'login-failed' })
})

test('channel binding, when required, is used or refused', async () => {
  const query = `sslmode=verify-full&${root()}&channel_binding=require`
  expect(await tls('scram:geheim', query)).toBe(true)
  for (const user of ['clear:geheim', 'postgres']) {
    expect(await refused(user, query)).toMatchObject({
      code: 'login-failed',
      detail: expect.stringContaining('channel binding'),
    })
  }
})

test('a query past the deadline is ended over TLS', async () => {
  const endless: Probe = {
    ...encrypted,
    name: 'endless',
    columns: { n: label('nothing'), m: gauge('count', 'nothing') },
    sql: { 14: 'SELECT pg_sleep(600)::text AS n, 1 AS m' },
  }
  const session = await connect(parseUrl(url('postgres', `sslmode=verify-full&${root()}`), {}))
  const flight = await session.flight([{ probe: endless }], { statementTimeout: 600_000, deadline: 200 })
  expect(flight.results.get('endless')?.outcome).toMatchObject({ reason: 'timeout' })
  await expect
    .poll(
      async () =>
        (
          await admin.query(
            `SELECT FROM pg_stat_activity WHERE query LIKE '%pgtend:endless%' AND pid <> pg_backend_pid()`,
          )
        ).rowCount,
      { timeout: 20_000 },
    )
    .toBe(0)
})
