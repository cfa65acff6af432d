import { AppError } from '../../core/errors.ts'
import { plural } from '../../core/format.ts'
import type { Config, TargetConfig } from '../../monitor/config.ts'
import type { Monitor } from '../../monitor/monitor.ts'
import { parseUrl } from '../../postgres/url.ts'
import { defineCommand, numberOption } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { isLoopback, startHost, storePathOf } from '../host.ts'
import type { Io } from '../io.ts'
import { parseTarget } from '../target.ts'

export default defineCommand({
  name: 'serve',
  summary: 'Watch databases and serve the dashboard, the API and /metrics',
  usage: ['pgtend serve [url…] [--target [name=]<url>…]'],
  doc: 'Listens on 127.0.0.1 only, port 4711 or the next free one. The history is kept in one file. Ctrl-C stops it.',
  options: {
    target: {
      type: 'string',
      multiple: true,
      value: 'url',
      help: 'A database, as URL or name=URL; may be repeated',
    },
    port: { type: 'string', value: 'number', help: 'Listen on exactly this port' },
    host: {
      type: 'string',
      value: 'address',
      help: 'Listen on this address instead of 127.0.0.1: there is no login yet',
    },
    store: { type: 'string', value: 'file', help: 'The history; default ~/.local/share/pgtend/history.db' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
    'allow-actions': {
      type: 'boolean',
      help: 'Let people run actions whose plan they have approved: everyone who reaches the page',
    },
    json: { type: 'boolean', help: 'Say where it listens as one JSON object' },
  },
  lasting: true,
  async run(values, positionals, io) {
    const config = await loadConfig(io, values.config)
    const given = [...positionals, ...values.target].map(parseTarget)
    const targets = chosen(given, config, io)
    // A mistyped URL is told now, not when the first cycle fails.
    for (const { url } of targets) parseUrl(url, io.env)
    const port = numberOption('port', values.port, { least: 0, most: 65_535, whole: true })
    const host = values.host ?? config.server.host
    if (!isLoopback(host)) {
      io.err(
        `${io.style('warning', 'warning')}: everyone who reaches ${host} can read query texts here${values['allow-actions'] ? ' and change the databases' : ''}: there is no login.\n`,
      )
    }
    const storePath = storePathOf(io, values.store, config)
    const running = await startHost(
      {
        targets,
        config,
        storePath,
        host,
        port: port ?? config.server.port,
        exact: port !== undefined,
        allowActions: values['allow-actions'],
      },
      io,
    )
    try {
      if (values.json)
        io.out(
          `${JSON.stringify({ url: running.url, targets: running.monitor.targets, store: storePath })}\n`,
        )
      else
        io.out(
          `Watching ${plural(targets.length, 'database')}: ${io.style('strong', running.url)}\nHistory: ${storePath}\n`,
        )
      tellConnections(running.monitor, io)
      await untilStopped(io.stopped)
    } finally {
      await running.stop()
    }
    return 0
  },
})

function chosen(given: readonly TargetConfig[], config: Config, { env }: Io): readonly TargetConfig[] {
  if (given.length > 0) return given
  if (config.targets.length > 0) return config.targets
  if (env.DATABASE_URL) return [{ url: env.DATABASE_URL }]
  throw new AppError('no-target', 'neither an argument, DATABASE_URL nor the configuration names one')
}

/** Says on stderr when a target is lost and found. */
export function tellConnections(monitor: Monitor, io: Io): void {
  monitor.subscribe(({ type, target }) => {
    if (type !== 'connection') return
    const state = monitor.state(target)
    if (!state) return
    const why = state.error ? `: ${state.error.message}` : ''
    io.err(`${new Date().toISOString()} ${state.name}: ${state.connection}${why}\n`)
  })
}

export const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
