/** Looks at a database as pgtend does: all probes twice with a pause between, lookups, and what follows from them. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Opportunity } from '../src/core/advice.ts'
import type { Evaluation } from '../src/core/evaluate.ts'
import type { Cadence } from '../src/core/probe.ts'
import type { Finding } from '../src/core/rule.ts'
import { type ConfigInput, parseConfig } from '../src/monitor/config.ts'
import { type Records, runCycle } from '../src/monitor/cycle.ts'
import { createFacts } from '../src/monitor/facts.ts'
import { registry } from '../src/monitor/registry.ts'
import { connect } from '../src/postgres/session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { probes } from '../src/probes/index.ts'

const EVERYTHING: ReadonlySet<Cadence> = new Set<Cadence>(['tick', 'minute', 'sweep', 'schema'])
/** Statistics of other sessions arrive late; what is planted must show within this many looks. */
const LOOKS = 20

export interface Look extends Pick<Evaluation, 'tables' | 'health'> {
  /** Findings of a rule, those about `subject` where given. */
  findings(rule: string, subject?: string): readonly Finding[]
  opportunities(advice: string, subject?: string): readonly Opportunity[]
  rows(table: string): readonly Readonly<Record<string, unknown>>[]
}

/** One look at the database, as the role of the URL; `act` runs between the two samples. */
export async function look(
  url: string,
  config: ConfigInput = {},
  act?: () => Promise<unknown>,
  records: Records = {},
): Promise<Look> {
  const session = await connect(parseUrl(url, {}))
  try {
    const facts = createFacts(probes, registry)
    const settings = parseConfig(config)
    await runCycle(session, facts, EVERYTHING, settings)
    await act?.()
    await sleep(50)
    const { evaluation } = await runCycle(session, facts, EVERYTHING, settings, new Map(), records)
    const { health, opportunities, tables } = evaluation
    return {
      tables,
      health,
      findings: (rule, subject) =>
        health.findings.filter((f) => f.rule === rule && (subject === undefined || f.subject === subject)),
      opportunities: (advice, subject) =>
        opportunities.filter((o) => o.advice === advice && (subject === undefined || o.subject === subject)),
      rows: (table) => {
        const outcome = tables.get(table)
        if (!outcome?.ok)
          throw new Error(`${table}: ${outcome?.reason ?? 'unknown'} ${outcome?.detail ?? ''}`)
        return outcome.rows
      },
    }
  } finally {
    await session.close()
  }
}

/** Looks until it holds; throws with the findings of the last look when it never does. */
export async function lookUntil(see: () => Promise<Look>, holds: (seen: Look) => boolean): Promise<Look> {
  let seen = await see()
  for (let n = 1; n < LOOKS && !holds(seen); n++) {
    await sleep(250)
    seen = await see()
  }
  if (holds(seen)) return seen
  throw new Error(`not seen in ${LOOKS} looks; findings: ${JSON.stringify(seen.health.findings, null, 1)}`)
}

/** Runs statements in a session of their own, and has its statistics sent before it ends. */
export async function run(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  let rows: Record<string, unknown>[] = []
  try {
    for (const sql of statements) rows = (await client.query(sql)).rows as Record<string, unknown>[]
    const { rows: known } = await client.query(
      `SELECT FROM pg_proc WHERE proname = 'pg_stat_force_next_flush'`,
    )
    if (known.length > 0) await client.query('SELECT pg_stat_force_next_flush()')
  } finally {
    await client.end()
  }
  return rows
}
