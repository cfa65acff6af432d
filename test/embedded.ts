/** For tests of embedded servers: a folder, servers in it, and node processes that own one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { expect } from 'vitest'
import type { AppError } from '../src/core/errors.ts'
import { type EmbeddedServer, type StartOptions, startServer } from '../src/embedded/server.ts'
import { LATEST } from './servers.ts'

/** As root, mkdtemp's mode 0700 makes every folder in it one that the server's account has no path to. */
export function tempFolder(): { path: string; fresh(): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pgtend-embedded-'))
  return {
    path,
    fresh: () => join(mkdtempSync(join(path, 't-')), 'data'),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

export function start(dataDir: string, o: Partial<StartOptions> = {}): Promise<EmbeddedServer> {
  return startServer({ major: LATEST, dataDir, ...o })
}

/** The first row of the last statement. */
export async function query(server: { url(): string }, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: server.url() })
  client.on('error', () => {})
  await client.connect()
  try {
    const result = await client.query(sql)
    return ([result].flat().at(-1)?.rows[0] ?? {}) as Record<string, unknown>
  } finally {
    await client.end()
  }
}

/** The error that the work must end with. */
export function failure(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => expect.unreachable('should have failed'),
    (error: AppError) => error,
  )
}

export interface ChildOptions {
  dataDir: string
  /** Another folder to load src/embedded from. */
  sources?: string
  uid?: number
  /** XDG_CACHE_HOME. */
  cache?: string
}

/** A node process that starts a server on `dataDir`, prints its process number and URL, and stays. */
export function child(o: ChildOptions): ChildProcess {
  const module = join(o.sources ?? join(import.meta.dirname, '../src/embedded'), 'server.ts')
  const script = `import { startServer } from ${JSON.stringify(module)}
    const server = await startServer({ major: ${LATEST}, dataDir: ${JSON.stringify(o.dataDir)}, settings: { fsync: 'off' } })
    console.log(JSON.stringify({ pid: server.pid, url: server.url() }))
    process.stdin.resume().on('end', () => server.stop())`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...(o.cache ? { XDG_CACHE_HOME: o.cache } : {}) },
    ...(o.uid === undefined ? {} : { uid: o.uid, gid: o.uid }),
  })
}

/** What such a process prints once its server runs; throws what it wrote to stderr when it ends before. */
export async function report(node: ChildProcess): Promise<{ pid: number; url(): string }> {
  const errors = text(node.stderr as NonNullable<ChildProcess['stderr']>)
  const line = await Promise.race([
    once(node.stdout as object as NodeJS.ReadableStream, 'data'),
    once(node, 'exit'),
  ])
  if (!Buffer.isBuffer(line[0])) throw new Error(`the child ended: ${await errors}`)
  const { pid, url } = JSON.parse(line[0].toString()) as { pid: number; url: string }
  return { pid, url: () => url }
}

/** Lets such a process stop its server and end. */
export async function end(node: ChildProcess): Promise<void> {
  const ended = once(node, 'exit')
  node.stdin?.end()
  await ended
}
