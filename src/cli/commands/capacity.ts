import { capacityOf } from '../../capacity/capacity.ts'
import { MONTH } from '../../capacity/forecast.ts'
import { renderCapacity } from '../../render/capacity.ts'
import { atMost, defineCommand } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { withHistory } from '../kept-target.ts'

export default defineCommand({
  name: 'capacity',
  summary: 'Tell how the database grows and when a limit is reached',
  usage: ['pgtend capacity [target] [--store <file>] [--json]'],
  doc: 'Reads the history that pgtend serve keeps, which may be running. The target is an id of the history, a configured name or a URL; none is needed where there is only one. Exit code 0: no limit is expected to be reached within six months; 1: one is; 2: misuse; 4: there is no history.',
  options: {
    json: { type: 'boolean', help: 'The figures as one JSON object' },
    store: { type: 'string', value: 'file', help: 'The history; default ~/.local/share/pgtend/history.db' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  async run(values, positionals, io) {
    atMost('capacity', positionals, 1)
    const config = await loadConfig(io, values.config)
    const now = Date.now()
    const { id, capacity } = await withHistory(
      { given: positionals[0], store: values.store, config },
      io,
      async (store, { id, database = id }) => ({
        id,
        capacity: await capacityOf(store, { target: id, database, storageLimit: config.limits.storage, now }),
      }),
    )
    if (values.json) io.out(`${JSON.stringify({ target: id, ...capacity }, null, 2)}\n`)
    else if (capacity.subjects.length === 0) io.out('The history has no sizes of this target yet.\n')
    else io.out(renderCapacity(capacity, io))
    const soon = capacity.subjects.some((s) => s.limitReached && s.limitReached.expected < now + 6 * MONTH)
    return soon ? 1 : 0
  },
})
