import { redactUrl } from '../../postgres/url.ts'
import { blindSpots, renderVisibility } from '../../render/visibility.ts'
import { atMost, defineCommand } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { look } from '../look.ts'
import { chooseTarget } from '../target.ts'

/** Long enough to tell two samples apart. */
const SECONDS = 0.1

export default defineCommand({
  name: 'doctor',
  summary: 'Tell what can not be seen and what would show it',
  usage: ['pgtend doctor [url or configured name] [--json]'],
  doc: 'Prints the exact GRANT, CREATE EXTENSION or setting for each table of facts that can not be read. Changes nothing. Exit code 0: everything can be seen; 1: something can not; 2: misuse; 3: can not connect.',
  options: {
    json: { type: 'boolean', help: 'The report as one JSON object' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  async run({ json, config: file }, positionals, io) {
    atMost('doctor', positionals, 1)
    const config = await loadConfig(io, file)
    const target = chooseTarget(positionals[0], config, io.env)
    const { evaluation, capabilities: server } = await look(target, config, SECONDS, io)
    const spots = blindSpots(evaluation.tables, server, evaluation.health.unknown)
    const readable = [...evaluation.tables.values()].filter((outcome) => outcome.ok).length
    if (json) {
      const { user, superuser, grants, extensions, pooler } = server
      const seenAs = { user, superuser, grants, extensions, pooler }
      const url = redactUrl(target.url)
      io.out(`${JSON.stringify({ target: { url }, ...seenAs, readable, blind: spots }, null, 2)}\n`)
    } else {
      const who = server.superuser ? 'a superuser' : server.grants.join(', ') || 'no predefined role'
      io.out(`Connected to ${redactUrl(target.url)} as ${server.user} (${who}).\n\n`)
      io.out(renderVisibility(spots, readable, io))
    }
    return spots.length === 0 ? 0 : 1
  },
})
