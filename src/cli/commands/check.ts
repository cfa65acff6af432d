import { atWorst, HEALTHY, type Health, LEAST_COVERAGE } from '../../core/health.ts'
import type { Outcome } from '../../core/outcome.ts'
import { redactUrl } from '../../postgres/url.ts'
import { type Report, renderReport } from '../../render/report.ts'
import { rules } from '../../rules/index.ts'
import { atMost, defineCommand, numberOption } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { look } from '../look.ts'
import { chooseTarget } from '../target.ts'

export default defineCommand({
  name: 'check',
  summary: 'Look at a database once and report its health',
  usage: ['pgtend check [url or configured name] [--json]'],
  doc: 'Reads two samples a moment apart, so that rates are of now and not since the last reset. Exit code 0: no finding above info; 1: a finding, or too little could be judged, though not merely for want of an extension; 2: misuse; 3: can not connect.',
  options: {
    interval: {
      type: 'string',
      value: 'seconds',
      help: 'Time between the two samples, 0.1 to 600; default 1',
    },
    json: { type: 'boolean', help: 'The report as one JSON object' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  async run({ interval, json, config: file }, positionals, io) {
    atMost('check', positionals, 1)
    const seconds = numberOption('interval', interval, { least: 0.1, most: 600 }) ?? 1
    const config = await loadConfig(io, file)
    const target = chooseTarget(positionals[0], config, io.env)
    const seen = await look(target, config, seconds, io)
    const { health, opportunities, tables } = seen.evaluation
    const name = target.name ?? redactUrl(target.url)
    if (json) io.out(`${JSON.stringify(reportJson(name, redactUrl(target.url), seen), null, 2)}\n`)
    else {
      const remedies = new Map(rules.map((rule) => [rule.name, rule.remedy]))
      const report: Report = {
        ...{ name, server: seen.capabilities, seconds: seen.seconds },
        ...{ tables, health, opportunities, remedies },
      }
      io.out(renderReport(report, io))
    }
    return passes(health) ? 0 : 1
  },
})

/**
 * Unknown is not healthy. But an extension that was never installed is a choice, and nothing that a build should fail for;
 * a grant or an answer that is missing is a loss.
 */
function passes({ score, status, coverage, findings, unknown }: Health): boolean {
  if (findings.some((f) => f.severity !== 'info')) return false
  if (status !== 'unknown') return status === 'healthy'
  const lost = unknown.filter((u) => u.reason !== 'missing')
  return coverage >= LEAST_COVERAGE && atWorst(score, lost) >= HEALTHY
}

function reportJson(name: string, url: string, seen: Awaited<ReturnType<typeof look>>): object {
  const { at, seconds, capabilities: server, evaluation } = seen
  const { version, role, platform, database, user, pooler } = server
  return {
    target: { name, url },
    at,
    window: seconds,
    server: { version, role, platform, database, user, pooler },
    statistics: statisticsOf(evaluation.tables.get('statistics-age')),
    ...evaluation.health,
    opportunities: evaluation.opportunities,
  }
}

/** Since when the server counts, epoch milliseconds, and which reset that was; null where it does not tell. */
function statisticsOf(age: Outcome | undefined): object | null {
  const row = age?.ok ? age.rows[0] : undefined
  return row ? { since: row.since, because: row.because } : null
}
