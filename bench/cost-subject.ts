import { subscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// All of serve's code, more than a cycle needs: it takes memory too.
import '../src/cli/commands/serve.ts'
import type { Cadence } from '../src/core/probe.ts'
import { derived } from '../src/derived/index.ts'
import { parseConfig } from '../src/monitor/config.ts'
import { type Reader, runCycle } from '../src/monitor/cycle.ts'
import { createFacts } from '../src/monitor/facts.ts'
import { pointsOf, renewedBy } from '../src/monitor/history.ts'
import { registry, tables } from '../src/monitor/registry.ts'
import { connect, type Session } from '../src/postgres/session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { probes } from '../src/probes/index.ts'
import { openStore } from '../src/store/open-store.ts'

// The measured pgtend: a process of its own that runs cycles as the loop does, when cost.ts tells it to.

export type Kind = 'first' | 'tick' | 'minute' | 'sweep' | 'full'

export interface Ran {
  readonly cpu: number
  readonly wall: number
  readonly rss: number
  readonly bytes: number
  readonly flights: number
  readonly points: number
  readonly probes: Readonly<
    Record<string, { readonly ms: number; readonly rows: number; readonly bytes: number }>
  >
  readonly failed: readonly string[]
}

const CADENCES: Readonly<Record<Kind, readonly Cadence[]>> = {
  tick: ['tick'],
  minute: ['tick', 'minute', 'schema'],
  sweep: ['tick', 'minute', 'schema', 'sweep'],
  full: ['tick', 'minute', 'schema', 'sweep'],
  first: ['tick', 'minute', 'schema', 'sweep'],
}

const [, , url = ''] = process.argv
const dir = mkdtempSync(join(tmpdir(), 'pgtend-bench-'))
const store = await openStore({ path: join(dir, 'history.db') })
const config = parseConfig({})
const sockets: Socket[] = []
subscribe('net.client.socket', (message) => sockets.push((message as { socket: Socket }).socket))

let session: Session | undefined
let facts = createFacts(probes, registry)
let flights = 0

async function cycle(kind: Kind): Promise<Ran> {
  const usage = process.cpuUsage()
  const began = performance.now()
  const bytesBefore = sockets.reduce((sum, s) => sum + s.bytesRead, 0)
  flights = 0
  if (kind === 'first') {
    await session?.close()
    session = await connect(parseUrl(url, {}))
  }
  if (kind === 'first' || kind === 'full') facts = createFacts(probes, registry)
  const open = session as Session
  const reader: Reader = {
    capabilities: open.capabilities,
    flight(requests) {
      flights++
      return open.flight(requests)
    },
  }
  const done = await runCycle(reader, facts, new Set(CADENCES[kind]), config)
  const renewed = renewedBy(done.read, derived)
  const points = pointsOf('bench', done.at, tables, renewed, done.evaluation, facts.before)
  const { score, status, coverage, findings } = done.evaluation.health
  await store.append({
    target: 'bench',
    at: done.at,
    points,
    health: { score, status, coverage },
    findings,
    blind: [],
  })
  const { user, system } = process.cpuUsage(usage)
  return {
    cpu: (user + system) / 1000,
    wall: performance.now() - began,
    rss: process.memoryUsage.rss() / 2 ** 20,
    bytes: sockets.reduce((sum, s) => sum + s.bytesRead, 0) - bytesBefore,
    flights,
    points: points.length,
    probes: Object.fromEntries(done.costs),
    failed: [...done.read].filter((name) => {
      const outcome = done.evaluation.tables.get(name)
      return outcome && !outcome.ok && outcome.reason !== 'unsupported'
    }),
  }
}

process.on('message', (kind: Kind) => {
  cycle(kind).then(
    (ran) => process.send?.(ran),
    (error: Error) => process.send?.({ error: error.stack }),
  )
})
process.on('disconnect', () => {
  Promise.all([session?.close(), store.close()]).finally(() => {
    rmSync(dir, { recursive: true, force: true })
    process.exit()
  })
})
process.send?.('ready')
