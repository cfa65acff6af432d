import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { freePort } from '../../src/embedded/port.ts'

const PROGRAM = '/usr/bin/prometheus-postgres-exporter'
const EXAMPLES = '/usr/share/doc/prometheus-postgres-exporter/examples/queries.yaml'

export const hasExporter = (): boolean => existsSync(PROGRAM)

/** Debian's postgres_exporter, started on a database; a scrape is one full collection. */
export interface Exporter {
  readonly pid: number
  scrape(): Promise<number>
  stop(): Promise<void>
}

export async function startExporter(url: string, withExamples: boolean): Promise<Exporter> {
  const dir = mkdtempSync(join(tmpdir(), 'pgtend-exporter-'))
  const port = await freePort()
  const args = [`--web.listen-address=127.0.0.1:${port}`, '--log.level=error']
  if (withExamples) {
    const file = join(dir, 'queries.yaml')
    writeFileSync(file, examples())
    args.push(`--extend.query-path=${file}`)
  }
  const child = spawn(PROGRAM, args, {
    env: { DATA_SOURCE_NAME: `${url}?sslmode=disable` },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const scrape = async (): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
    return (await answer.text()).length
  }
  for (let tries = 0; ; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`)
      break
    } catch (error) {
      if (tries === 100) throw error
      await sleep(100)
    }
  }
  return {
    pid: child.pid as number,
    scrape,
    async stop() {
      await ended(child)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** The package's example queries, with the column names that pg_stat_statements has since PostgreSQL 13. */
function examples(): string {
  const zipped = `${EXAMPLES}.gz`
  const text = existsSync(EXAMPLES)
    ? readFileSync(EXAMPLES, 'utf8')
    : gunzipSync(readFileSync(zipped)).toString('utf8')
  return text.replace(/\b(total|min|max|mean|stddev)_time \/ 1000/g, '$1_exec_time / 1000')
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill()
  })
}
