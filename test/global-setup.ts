/** Starts one PostgreSQL server per available major for the whole test run. PGTEND_TEST_MAJORS=14,17 limits them, `none` starts none. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { MAJORS, type Major } from '../src/core/probe.ts'
import { endOrphan, isAbandoned } from '../src/embedded/ownership.ts'
import { availableMajors, type EmbeddedServer, startServer } from '../src/embedded/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Port by major. */
    ports: Partial<Record<Major, number>>
  }
}

const ROOT = join(tmpdir(), `pgtend-tests-${process.getuid?.() ?? 0}`)

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  mkdirSync(ROOT, { recursive: true, mode: 0o755 })
  await removeAbandoned()
  const run = join(ROOT, `${process.pid}-${Date.now()}`)
  const servers = await Promise.all(wantedMajors().map((major) => start(major, run)))
  project.provide('ports', Object.fromEntries(servers.map((s) => [s.major, s.port])))
  return async () => {
    await Promise.all(servers.map((server) => server.stop('immediate')))
    rmSync(run, { recursive: true, force: true })
  }
}

function wantedMajors(): Major[] {
  const available = availableMajors()
  const missing = MAJORS.filter((major) => !available.includes(major))
  if (missing.length > 0)
    console.warn(`NOT TESTED on PostgreSQL ${missing.join(', ')}: no npm binaries for this platform`)
  const only = process.env.PGTEND_TEST_MAJORS
  return only ? available.filter((major) => only.split(',').includes(String(major))) : available
}

/** What a killed run left behind. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(ROOT)) {
    const run = join(ROOT, name)
    // Another run may have removed it, or its own, meanwhile.
    const dirs = (existsSync(run) ? readdirSync(run) : [])
      .filter((file) => file.endsWith('.owner'))
      .map((file) => join(run, file.slice(0, -'.owner'.length)))
    if (dirs.length === 0 || !dirs.every(isAbandoned)) continue
    for (const dir of dirs) await endOrphan(dir)
    rmSync(run, { recursive: true, force: true })
  }
}

async function start(major: Major, run: string): Promise<EmbeddedServer> {
  const dataDir = join(run, String(major))
  const server = await startServer({ major, dataDir, settings: { max_connections: '60' } })
  // Before the line that trusts everybody.
  const hba = join(dataDir, 'pg_hba.conf')
  await writeFile(hba, `host all pgtend_secret 127.0.0.1/32 scram-sha-256\n${await readFile(hba, 'utf8')}`)
  const client = new pg.Client({ connectionString: server.url({ database: 'template1' }) })
  await client.connect()
  await client.query(`
    CREATE EXTENSION pg_stat_statements;
    CREATE ROLE pgtend_monitor LOGIN;
    GRANT pg_monitor TO pgtend_monitor;
    CREATE ROLE pgtend_blind LOGIN;
    SET password_encryption = 'scram-sha-256';
    CREATE ROLE pgtend_secret LOGIN PASSWORD 'secret';
    SELECT pg_reload_conf();
  `)
  await client.end()
  return server
}
