import { parseByteSize } from '../../core/byte-size.ts'
import { AppError } from '../../core/errors.ts'
import { measureBloat } from '../../maintenance/bloat.ts'
import { openActionSession } from '../../postgres/action-session.ts'
import { parseUrl } from '../../postgres/url.ts'
import { renderBloats } from '../../render/bloat.ts'
import { defineCommand, numberOption } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { chooseTarget } from '../target.ts'

export default defineCommand({
  name: 'measure',
  summary: 'Measure how much of tables and indexes holds nothing alive',
  usage: ['pgtend measure [url or configured name] [table or index…] [--cap <size>] [--timeout <seconds>]'],
  doc: 'Reads their pages with the extension pgstattuple: of tables those that are not all visible, of B-trees all. Without names the 20 largest are measured; a table brings its indexes along. Names are as they are, with or without schema, unquoted. Changes nothing. Exit code 0: everything asked for was measured; 1: something was not, and why; 2: misuse; 3: can not connect.',
  options: {
    cap: { type: 'string', value: 'size', help: 'Do not read what is larger; default 10 GB' },
    timeout: { type: 'string', value: 'seconds', help: 'For each of them, 1 to 86400; default 60' },
    json: { type: 'boolean', help: 'The figures as one JSON object' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  async run({ cap = '10 GB', timeout, json, config: file }, positionals, io) {
    const [given, ...names] = positionals
    const bytes = parseByteSize(cap)
    if (bytes === undefined) throw new AppError('usage', `--cap is "${cap}", not a size such as 10 GB`)
    const seconds = numberOption('timeout', timeout, { least: 1, most: 86_400 }) ?? 60
    const config = await loadConfig(io, file)
    const target = chooseTarget(given, config, io.env)
    const session = await openActionSession(parseUrl(target.actionUrl ?? target.url, io.env))
    try {
      const found = await measureBloat((work) => session.read(work), {
        ...{ cap: bytes, timeout: seconds * 1000 },
        ...(names.length > 0 ? { names } : {}),
      })
      io.out(json ? `${JSON.stringify(found, null, 2)}\n` : renderBloats(found, io))
      return found.unknown.length === 0 ? 0 : 1
    } finally {
      await session.close()
    }
  },
})
