import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../core/errors.ts'
import { formatUrl, splitUrl, type UrlParts } from './split-url.ts'
import { parseUrl, redactUrl } from './url.ts'

const refusal = (url: string, env = {}): AppError => {
  try {
    parseUrl(url, env)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error(`accepted: ${url}`)
}

test('takes a full URL apart', () => {
  const spec = parseUrl('postgresql://ann:p%40ss@db.example.com:6432/shop?sslmode=require', {})
  expect(spec).toMatchObject({
    host: 'db.example.com',
    port: 6432,
    user: 'ann',
    password: 'p@ss',
    database: 'shop',
    sslmode: 'require',
    redacted: 'postgres://ann@db.example.com:6432/shop?sslmode=require',
  })
})

test('fills what is absent from the PG* variables, then from the defaults of libpq', () => {
  const env = {
    PGHOST: 'h',
    PGPORT: '1234',
    PGUSER: 'u',
    PGPASSWORD: 'p',
    PGDATABASE: 'd',
    PGSSLMODE: 'disable',
  }
  expect(parseUrl('postgres://', env)).toMatchObject({
    host: 'h',
    port: 1234,
    user: 'u',
    password: 'p',
    database: 'd',
    ssl: false,
  })
  expect(parseUrl('postgres://x:y@z:1/w?sslmode=require', env)).toMatchObject({
    host: 'z',
    port: 1,
    user: 'x',
    password: 'y',
    database: 'w',
    sslmode: 'require',
  })
  expect(parseUrl('postgres://ann@', {})).toMatchObject({
    host: 'localhost',
    port: 5432,
    database: 'ann',
    sslmode: 'prefer',
  })
})

test('knows IPv6 addresses, Unix sockets and places given as parameters', () => {
  expect(parseUrl('postgres://u@[::1]:5433/d', {})).toMatchObject({ host: '::1', port: 5433 })
  expect(parseUrl('postgres://u@%2Fvar%2Frun/d?sslmode=require', {})).toMatchObject({
    host: '/var/run',
    ssl: false,
  })
  expect(parseUrl('postgres:///d?host=/tmp&port=7&user=u', {})).toMatchObject({
    host: '/tmp',
    port: 7,
    user: 'u',
  })
})

describe('refuses with a reason', () => {
  test.each([
    ['mysql://u:secret@h/d', 'it does not start with postgres://'],
    ['localhost:5432', 'it does not start with postgres://'],
    ['postgres://u:sec@ret@h/d', '%40'],
    ['postgres://u:sec/ret@h/d', '%2F'],
    ['postgres://u:5/secret@h/d', '%2F'],
    ['postgres://u:secret%@h/d', '%25'],
    ['postgres://u:secret@h:port/d', 'the port is not a number'],
    ['postgres://u:secret@h:70000/d', 'the port is not a number'],
    ['postgres://u:secret@h1,h2/d', 'several hosts'],
    ['postgres://u:secret@::1/d', 'square brackets'],
    ['postgres://u:secret@h/d/e', '%2F'],
    ['postgres://u:secret@h/d?sslmode', 'name=value'],
    ['postgres://u:secret@h/d?sslmode=verify', 'none of disable'],
    ['postgres://u:secret@h/d?ssl_mode=require', 'did you mean sslmode?'],
    ['postgres://u:secret@h/d?zzzzzzzzzzzz=1', 'known are host'],
    ['postgres://u:secret@h/d?sslmode=verify-ca', 'needs sslrootcert'],
    ['postgres://u:secret@h/d?sslmode=require&sslrootcert=system', 'verify-full'],
    ['postgres://u:secret@h/d?channel_binding=maybe', 'channel_binding'],
    ['postgres://u:secret@h/d?channel_binding=require', 'needs sslmode=require'],
    ['postgres://u:secret@h/d?sslrootcert=/nowhere/at/all', 'ENOENT'],
  ])('%s', (url, reason) => {
    const error = refusal(url)
    expect(error.code).toBe('bad-url')
    expect(error.message).toContain(reason)
    expect(error.message).not.toMatch(/secret|sec|ret@/)
    expect(redactUrl(url)).not.toMatch(/secret|sec|ret@/)
  })
})

const text = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((s) => !s.includes('\0') && s.isWellFormed())
const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const parts: fc.Arbitrary<UrlParts> = fc
  .record({
    user: some(text),
    password: some(text),
    host: some(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), text)),
    port: some(fc.integer({ min: 1, max: 65535 })),
    database: some(text),
    params: fc.array(
      fc.tuple(
        text,
        fc.string({ unit: 'grapheme' }).filter((s) => s.isWellFormed() && !s.includes('\0')),
      ),
    ),
  })
  .map((p) => Object.fromEntries(Object.entries(p).filter(([, v]) => v !== undefined)) as unknown as UrlParts)

test('what is written is read back the same', () => {
  fc.assert(
    fc.property(parts, (p) => {
      expect(splitUrl(formatUrl(p))).toEqual(p)
    }),
  )
})

test('a redacted URL never holds the password, however it is written', () => {
  const secret = fc.string({ unit: 'grapheme-ascii' }).map((s) => `Geheim${s}`)
  const written = fc.oneof(secret, secret.map(encodeURIComponent))
  const url = fc.oneof(
    written.map((p) => `postgres://ann:${p}@db:5432/shop`),
    written.map((p) => `postgres://ann@db/shop?password=${p}&sslmode=require`),
    written.map((p) => `postgres://ann:${p}`),
    written.map((p) => `postgres://db/shop?sslkey=${p}`),
    written.map((p) => `${p}://${p}`),
  )
  fc.assert(
    fc.property(url, (u) => {
      expect(redactUrl(u)).not.toContain('Geheim')
      try {
        expect(parseUrl(u, {}).redacted).not.toContain('Geheim')
      } catch (error) {
        expect((error as Error).message).not.toContain('Geheim')
      }
    }),
  )
})
