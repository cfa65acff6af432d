import { createAlertDesk } from '../../alert-service.ts'
import { withSuppressions } from '../../core/suppressed.ts'
import { renderFindings } from '../../render/findings.ts'
import { atMost, defineCommand, numberOption } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { withHistory } from '../kept-target.ts'

const DAY = 86_400_000

export default defineCommand({
  name: 'findings',
  summary: 'Tell what was found, what became of it, and what fixed it',
  usage: ['pgtend findings [target] [--days <number>] [--json]'],
  doc: 'Reads the history that pgtend serve keeps, which may be running: findings that are open, and those that ended within the days. "Verified fixed": a run of pgtend addressed it, and the next look at the same facts found it gone. "Gone": no longer found, by no run of pgtend. "Still there": a run was to fix it and did not. "Returned": found again after it was verified fixed. "Suppressed": open, and somebody decided to live with it for a while. Exit code 0: nothing that counts is open above info; 1: something is.',
  options: {
    days: { type: 'string', value: 'number', help: 'How far back, 1 to 365; default 7' },
    json: { type: 'boolean', help: 'The records as JSON' },
    store: { type: 'string', value: 'file', help: 'The history; default ~/.local/share/pgtend/history.db' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  async run(values, positionals, io) {
    atMost('findings', positionals, 1)
    const days = numberOption('days', values.days, { least: 1, most: 365 }) ?? 7
    const config = await loadConfig(io, values.config)
    const asked = { given: positionals[0], store: values.store, config }
    const records = await withHistory(asked, io, async (store, { id }) => {
      const desk = createAlertDesk({ store, config, env: io.env })
      return withSuppressions(await store.findings(id, Date.now() - days * DAY), await desk.suppressions(id))
    })
    if (values.json) io.out(`${JSON.stringify(records, null, 2)}\n`)
    else
      io.out(
        records.length === 0 ? 'Nothing was found in this time.\n' : renderFindings(records, Date.now(), io),
      )
    return records.some((r) => r.resolvedAt === null && r.severity !== 'info' && !r.suppression) ? 1 : 0
  },
})
