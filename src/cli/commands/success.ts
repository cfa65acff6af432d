import { successOf } from '../../capacity/success.ts'
import { AppError } from '../../core/errors.ts'
import { parsePeriod } from '../../core/period.ts'
import { renderSuccess } from '../../render/success.ts'
import { atMost, defineCommand } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { withHistory } from '../kept-target.ts'

export default defineCommand({
  name: 'success',
  summary: 'Tell whether the goals of operation were met over a period',
  usage: ['pgtend success [target] [--range 30d] [--store <file>] [--json]'],
  doc: 'Query times, availability, connections, cache, dead rows, backups and recovery against their targets, with the change against the period before. Reads the history that pgtend serve keeps, which may be running. Exit code 0: no goal was missed; 1: one was; 2: misuse; 4: there is no history. What is unknown is not missed.',
  options: {
    range: {
      type: 'string',
      value: 'period',
      help: 'Hours or days up to now, such as 24h or 7d; default 30d',
    },
    json: { type: 'boolean', help: 'The figures as one JSON object' },
    store: { type: 'string', value: 'file', help: 'The history; default ~/.local/share/pgtend/history.db' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  async run(values, positionals, io) {
    atMost('success', positionals, 1)
    const length = parsePeriod(values.range ?? '30d')
    if (length === undefined) {
      throw new AppError(
        'usage',
        `--range is "${values.range}", not hours or days up to 90d, such as 24h or 7d`,
      )
    }
    const config = await loadConfig(io, values.config)
    const to = Date.now()
    const { id, success } = await withHistory(
      { given: positionals[0], store: values.store, config },
      io,
      async (store, { id, ...database }) => ({
        id,
        success: await successOf(store, {
          ...{ target: id, ...database, from: to - length, to },
          tick: config.cadence.tick,
        }),
      }),
    )
    if (values.json) io.out(`${JSON.stringify({ target: id, ...success }, null, 2)}\n`)
    else io.out(renderSuccess(success, io))
    return success.metrics.some((metric) => metric.met === false) ? 1 : 0
  },
})
