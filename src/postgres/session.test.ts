import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freshDatabase, LATEST, serverUrl, type TestDatabase } from '../../test/servers.ts'
import type { AppError } from '../core/errors.ts'
import { connect } from './session.ts'
import { parseUrl } from './url.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await freshDatabase(LATEST)
})
afterAll(() => db.drop())

const fakes: { server: Server; sockets: Set<Socket> }[] = []
afterEach(async () => {
  for (const { server, sockets } of fakes.splice(0)) {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  }
})

/** A server on loopback that isn't PostgreSQL; gives its port. */
async function fake(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  fakes.push({ server, sockets })
  return (server.address() as AddressInfo).port
}

/** Answers the first bytes, after refusing TLS if that is asked for. */
const answering = (answer: Buffer | string): Server =>
  createServer((socket) => {
    const onStartup = () => socket.once('data', () => socket.write(answer))
    socket.once('data', (first) => {
      if (first.length === 8) {
        socket.write('N')
        onStartup()
      } else socket.write(answer)
    })
  })

async function refusal(url: string, timeout = 5000): Promise<AppError> {
  try {
    const session = await connect(parseUrl(url, {}), { timeout })
    await session.close()
  } catch (error) {
    return error as AppError
  }
  throw new Error(`${url} was accepted`)
}

test('says who it is', async () => {
  const session = await connect(parseUrl(db.monitorUrl, {}))
  const rows = await db.query(`SELECT usename, application_name, state FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`)
  expect(rows).toEqual([{ usename: 'pgtend_monitor', application_name: 'pgtend', state: 'idle' }])
  expect(session.open).toBe(true)
  await session.close()
  expect(session.open).toBe(false)
  await session.close()
})

test('a port where nothing listens', async () => {
  const port = await fake(createServer())
  await new Promise((done) => fakes.pop()?.server.close(done))
  expect(await refusal(`postgres://u:secret@127.0.0.1:${port}/d`)).toMatchObject({
    code: 'unreachable',
    detail: `127.0.0.1:${port}: nothing listens there (connection refused)`,
  })
})

test('a host that is not known, a Unix socket that is not there', async () => {
  expect(await refusal('postgres://u@no-such-host.invalid/d')).toMatchObject({ code: 'unreachable' })
  expect(await refusal('postgres://u@/d?host=/nowhere')).toMatchObject({
    code: 'unreachable',
    detail: '/nowhere:5432: there is no such Unix socket',
  })
})

test('a wrong password, none at all, and the right one', async () => {
  const url = new URL(serverUrl(LATEST, { user: 'pgtend_secret', database: db.name }))
  const none = await refusal(url.href)
  expect(none).toMatchObject({ code: 'login-failed', detail: expect.stringContaining('none was given') })
  url.password = 'wrong-one'
  const wrong = await refusal(url.href)
  expect(wrong).toMatchObject({ code: 'login-failed' })
  expect(JSON.stringify(wrong) + wrong.stack + String(wrong.cause)).not.toContain('wrong-one')
  url.password = 'secret'
  const session = await connect(parseUrl(url.href, {}))
  expect(session.capabilities.user).toBe('pgtend_secret')
  await session.close()
})

test('a database, a role that is not there', async () => {
  expect(await refusal(serverUrl(LATEST, { database: 'no such' }))).toMatchObject({ code: 'login-failed' })
  expect(await refusal(db.url.replace('postgres@', 'nobody-known@'))).toMatchObject({ code: 'login-failed' })
})

test('a role that has all the connections it may have', async () => {
  const role = `full_${db.name}`
  await db.query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 0`)
  expect(await refusal(db.url.replace('postgres@', `${role}@`))).toMatchObject({
    code: 'too-many-connections',
  })
  await db.query(`DROP ROLE ${role}`)
})

test.each(['disable', 'prefer', 'require'])('an HTTP server, sslmode=%s', async (sslmode) => {
  const port = await fake(createHttpServer())
  expect(await refusal(`postgres://u@127.0.0.1:${port}/d?sslmode=${sslmode}`)).toMatchObject({
    code: 'not-postgres',
    detail: `127.0.0.1:${port} answered something else than PostgreSQL's protocol`,
  })
})

test.each(['disable', 'prefer'])('a server that says nothing, sslmode=%s', async (sslmode) => {
  const port = await fake(createServer())
  expect(await refusal(`postgres://u@127.0.0.1:${port}/d?sslmode=${sslmode}`, 200)).toMatchObject({
    code: 'unreachable',
    detail: expect.stringContaining('said nothing for 0.2 s'),
  })
})

test.each([
  ['garbage', Buffer.from([0xff, 0, 0, 0, 1]), 'not-postgres'],
  ['garbage that begins like a message', Buffer.from('R but then it goes on as it likes'), 'unreachable'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n', 'not-postgres'],
])('%s', async (_, answer, code) => {
  const port = await fake(answering(answer))
  expect(await refusal(`postgres://u@127.0.0.1:${port}/d`, 500)).toMatchObject({ code })
})

test('a server that closes at once', async () => {
  const port = await fake(createServer((socket) => socket.destroy()))
  expect(await refusal(`postgres://u@127.0.0.1:${port}/d`)).toMatchObject({ code: 'unreachable' })
})

test('PostgreSQL 13', async () => {
  const message = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5)
    head.write(type)
    head.writeInt32BE(body.length + 4, 1)
    return Buffer.concat([head, body])
  }
  const login = Buffer.concat([
    message('R', Buffer.alloc(4)),
    message('S', Buffer.from('server_version\0' + '13.11\0')),
    message('K', Buffer.alloc(8)),
    message('Z', Buffer.from('I')),
  ])
  const port = await fake(answering(login))
  expect(await refusal(`postgres://u@127.0.0.1:${port}/d`)).toMatchObject({
    code: 'too-old',
    detail: 'it is version 13.11',
  })
})

test('a server that stops answering after the login', async () => {
  const session = await connect(parseUrl(db.monitorUrl, {}))
  const [backend] = await db.query(
    `SELECT pid FROM pg_stat_activity WHERE usename = 'pgtend_monitor' AND datname = current_database()`,
  )
  // Only this one backend of our own test server: it keeps its socket open and says nothing.
  process.kill(backend?.pid as number, 'SIGSTOP')
  try {
    await expect(session.flight([], { deadline: 200 })).rejects.toMatchObject({ code: 'unreachable' })
    expect(session.open).toBe(false)
  } finally {
    process.kill(backend?.pid as number, 'SIGCONT')
  }
})
