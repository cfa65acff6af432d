import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startServer } from '../src/embedded/server.ts'
import { createMonitor } from '../src/wire.ts'
import { clusterCpu } from './cost/processes.ts'

// Many databases in one process (SPEC P7): its CPU time at a 10 s tick, and how late the others are while half of them hang.

const SERVERS = 4
const EACH = 50
const WARM_MS = 30_000
const WINDOW_MS = 60_000
const TICK_MS = 10_000

const dir = mkdtempSync(join(tmpdir(), 'pgtend-fleet-'))
const settings = { fsync: 'off', max_connections: '120' }
const servers = await Promise.all(
  Array.from({ length: SERVERS }, (_, i) =>
    startServer({ major: 17, dataDir: join(dir, `data${i}`), settings }),
  ),
)
const targets: { name: string; url: string }[] = []
for (const [s, server] of servers.entries()) {
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  for (let i = 0; i < EACH; i++) {
    await client.query(`create database app${i}`)
    targets.push({ name: `server${s}-${i}`, url: server.url({ database: `app${i}` }) })
  }
  await client.end()
}

const monitor = createMonitor({ targets })
/** When each target was last read, and the longest time between two readings in the window. */
const last = new Map<string, number>()
const longest = new Map<string, number>()
monitor.subscribe(({ type, target }) => {
  if (type !== 'cycle') return
  const now = performance.now()
  longest.set(target, Math.max(longest.get(target) ?? 0, now - (last.get(target) ?? now)))
  last.set(target, now)
})

async function window(
  names: (id: string) => boolean,
): Promise<{ cores: number; read: number; late: number }> {
  longest.clear()
  const cpu = process.cpuUsage()
  await sleep(WINDOW_MS)
  const { user, system } = process.cpuUsage(cpu)
  const gaps = [...longest].filter(([id]) => names(id)).map(([, ms]) => ms)
  return { cores: (user + system) / 1000 / WINDOW_MS, read: gaps.length, late: Math.max(...gaps) - TICK_MS }
}

const stopped: number[] = []
try {
  monitor.start()
  await sleep(WARM_MS)
  const all = await window(() => true)
  for (const server of servers.slice(0, SERVERS / 2)) stopped.push(...clusterCpu(server.pid).keys())
  for (const pid of stopped) process.kill(pid, 'SIGSTOP')
  const half = await window((id) => Number(id.slice('server'.length, 'server'.length + 1)) >= SERVERS / 2)
  const rss = process.memoryUsage.rss() / 2 ** 20
  const line = (what: string, { cores, read, late }: typeof all): string =>
    `${what}: ${read} targets read, ${cores.toFixed(2)} cores, the latest ${Math.max(0, late / 1000).toFixed(1)} s late\n`
  process.stdout.write(line('all well', all))
  process.stdout.write(line('half of them stopped', half))
  process.stdout.write(`${rss.toFixed(0)} MB resident\n`)
} finally {
  for (const pid of stopped) process.kill(pid, 'SIGCONT')
  await monitor.stop()
  await Promise.all(servers.map((server) => server.stop('immediate')))
  rmSync(dir, { recursive: true, force: true })
}
