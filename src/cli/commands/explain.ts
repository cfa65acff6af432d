import { explainQuery } from '../../explain-query.ts'
import { identify } from '../../monitor/identify.ts'
import type { PlannedPart } from '../../optimizer/report.ts'
import { openExplainer } from '../../postgres/explain.ts'
import { type ConnectionSpec, parseUrl, redactUrl } from '../../postgres/url.ts'
import { createPrivatePlanners } from '../../private-planners.ts'
import { type AskedStatement, makeReport } from '../../query-report.ts'
import { renderQueryReport } from '../../render/query-report.ts'
import { atMost, defineCommand } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { readStatement } from '../statement.ts'
import { statusLine } from '../status-line.ts'
import { chooseTarget } from '../target.ts'

const STEPS = {
  waiting: 'Waiting for the private planner',
  rebuild: 'Rebuilding schema and statistics in the private planner',
  plan: 'Planning',
  rewrites: 'Planning rewrites',
  indexes: 'Trying indexes',
} as const

export default defineCommand({
  name: 'explain',
  summary: 'Report on one statement: its text, its plan, better texts, and the index that would help',
  usage: [
    'pgtend explain [url or configured name] "<statement>" [--role <role>]',
    'pgtend explain [url or configured name] --query-id <number>',
    'pgtend explain [url or configured name] --file <file.sql>',
    'pgtend explain [url or configured name] - < file.sql',
  ],
  doc: 'The statement is planned in a private PostgreSQL with the schema and statistics of the database, never executed. With --on-server the plan is the database’s own, by EXPLAIN in a read-only transaction; with --analyze it is executed there, and only if the syntax tree and the catalogue show that it changes nothing. Exit code 0: there is a report; 2: misuse, or a statement that can not be read or planned; 3: can not connect.',
  options: {
    'query-id': { type: 'string', value: 'number', help: 'A queryid of pg_stat_statements' },
    file: { type: 'string', value: 'file', help: 'A file with one statement' },
    role: { type: 'string', value: 'role', help: 'Plan it as this role: with its row security and settings' },
    'on-server': { type: 'boolean', help: 'Take the plan from the database itself' },
    analyze: { type: 'boolean', help: 'Execute it there too, if it is shown to only read' },
    json: { type: 'boolean', help: 'The report as one JSON object' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  lasting: true,
  async run(values, positionals, io) {
    const [queryId, file] = [values['query-id'], values.file]
    const hasSource = queryId !== undefined || file !== undefined
    atMost('explain', positionals, hasSource ? 1 : 2)
    const text = hasSource ? undefined : positionals.at(-1)
    const named = hasSource || positionals.length > 1 ? positionals[0] : undefined
    const target = chooseTarget(named, await loadConfig(io, values.config), io.env)
    const spec = parseUrl(target.actionUrl ?? target.url, io.env)
    const found = await readStatement({ queryId, file, text }, spec, io)
    const asked = values.role === undefined ? found : { ...found, role: values.role }
    const planners = createPrivatePlanners({ targets: [target], env: io.env })
    const status = statusLine(io)
    const { analyze } = values
    try {
      const report = await makeReport(asked, {
        ...{ target: identify([target], redactUrl)[0]?.id ?? '', planners, signal: io.stopped },
        ...(values['on-server'] || analyze
          ? { onServer: (statement: AskedStatement) => planOnServer(spec, statement, analyze) }
          : {}),
        onProgress({ step, done, total }) {
          if (total === undefined || total === 0) status.say(STEPS[step])
          else status.bar(STEPS[step], done / total)
        },
      })
      status.clear()
      io.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : renderQueryReport(report, io))
      return 0
    } finally {
      status.clear()
      await planners.close()
    }
  },
})

async function planOnServer(
  spec: ConnectionSpec,
  { sql, role }: AskedStatement,
  analyze: boolean,
): Promise<PlannedPart> {
  const explainer = await openExplainer(spec)
  try {
    const plan = await explainQuery(explainer, sql, { analyze, ...(role === undefined ? {} : { role }) })
    const { explained, generic, notes } = plan
    return { explained, generic, notes, role: plan.role, by: 'database' }
  } finally {
    await explainer.close()
  }
}
