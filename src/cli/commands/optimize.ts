import { parseByteSize } from '../../core/byte-size.ts'
import { AppError } from '../../core/errors.ts'
import { formatSeconds } from '../../core/format.ts'
import { identify } from '../../monitor/identify.ts'
import { createOptimizer } from '../../optimize-service.ts'
import type { OptimizeProgress } from '../../optimizer/optimize-run.ts'
import { redactUrl } from '../../postgres/url.ts'
import { createPrivatePlanners } from '../../private-planners.ts'
import { renderAdvice } from '../../render/index-advice.ts'
import { atMost, defineCommand, numberOption } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { statusLine } from '../status-line.ts'
import { chooseTarget } from '../target.ts'

const STEPS: Readonly<Record<OptimizeProgress['step'], string>> = {
  watch: 'Watching statements',
  rebuild: 'Rebuilding schema and statistics in the private planner',
  statements: 'Planning statements',
  candidates: 'Trying indexes',
  choice: 'Choosing indexes',
  proof: 'Proving the choice',
}

export default defineCommand({
  name: 'optimize',
  summary: 'Find the indexes that would make the workload faster, each proved by the planner',
  usage: ['pgtend optimize [url or configured name] [--seconds <n>] [--budget <size>] [--max-indexes <n>]'],
  doc: 'Watches pg_stat_statements for a while, rebuilds schema and statistics (no rows) in a private PostgreSQL of the same major version, and plans the statements there with and without indexes. The database itself is only read. Nothing is advised that the planner would not use. docs/optimizer.md tells how. Exit code 0: nothing to advise; 1: there is advice, or it had to be withheld; 2: misuse, or the statements can not be read; 3: can not connect; 4: no private planner here.',
  options: {
    seconds: { type: 'string', value: 'n', help: 'How long to watch, 1 to 86400; default 60' },
    budget: { type: 'string', value: 'size', help: 'The most that all indexes may take, such as 200MB' },
    'max-indexes': { type: 'string', value: 'n', help: 'At most so many indexes' },
    json: { type: 'boolean', help: 'The report as one JSON object' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  lasting: true,
  async run(values, positionals, io) {
    atMost('optimize', positionals, 1)
    const seconds = numberOption('seconds', values.seconds, { least: 1, most: 86_400 }) ?? 60
    const count = numberOption('max-indexes', values['max-indexes'], { least: 1, most: 1000, whole: true })
    const bytes = values.budget === undefined ? undefined : parseByteSize(values.budget)
    if (values.budget !== undefined && bytes === undefined)
      throw new AppError('usage', `--budget is "${values.budget}", not a size such as 200MB`)
    const budget = {
      ...(bytes === undefined ? {} : { bytes }),
      ...(count === undefined ? {} : { count }),
    }
    const target = chooseTarget(positionals[0], await loadConfig(io, values.config), io.env)
    const planners = createPrivatePlanners({ targets: [target], env: io.env })
    const [named] = identify([target], redactUrl)
    const status = statusLine(io)
    try {
      const report = await createOptimizer(planners).optimize(named?.id ?? '', {
        ...{ seconds, budget, signal: io.stopped },
        onProgress({ step, done, total }) {
          if (total === undefined) status.say(`${STEPS[step]}${done > 0 ? ` (${done})` : ''}`)
          else status.bar(STEPS[step], total > 0 ? done / total : 1)
        },
      })
      status.clear()
      if (values.json) io.out(`${JSON.stringify(report, null, 2)}\n`)
      else {
        io.out(renderAdvice(report.advice, io))
        const { rebuild, advise } = report.seconds
        io.err(`Private planner: built in ${formatSeconds(rebuild)}, asked for ${formatSeconds(advise)}\n`)
      }
      const { indexes, drops, withheld } = report.advice
      // Unknown is not healthy.
      return indexes.length + drops.length === 0 && !withheld ? 0 : 1
    } finally {
      status.clear()
      await planners.close()
    }
  },
})
