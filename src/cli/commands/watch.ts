import { ERRORS } from '../../core/error-table.ts'
import { AppError } from '../../core/errors.ts'
import type { MonitorEvent } from '../../monitor/monitor.ts'
import type { TargetState } from '../../monitor/target-state.ts'
import { parseUrl, redactUrl } from '../../postgres/url.ts'
import { logLine } from '../../render/log-line.ts'
import { renderScreen } from '../../render/screen.ts'
import { createMonitor } from '../../wire.ts'
import { atMost, defineCommand, numberOption } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { tell } from '../host.ts'
import type { Io } from '../io.ts'
import { chooseTarget } from '../target.ts'

/** Statements, tables and indexes are read this often at most, in seconds. */
const MINUTE = 5
const CLEAR = '\u001b[H\u001b[J'
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
/** q, Q, Escape, Ctrl-C, Ctrl-D. */
const QUIT = new Set(['q', 'Q', '\u001b', '\u0003', '\u0004'])

export default defineCommand({
  name: 'watch',
  summary: 'Watch a database on one refreshing screen',
  usage: ['pgtend watch [url or configured name] [--interval <seconds>]'],
  doc: 'On a terminal a screen, ended with q or Ctrl-C; into a pipe or file a line for each cycle.',
  options: {
    interval: { type: 'string', value: 'seconds', help: 'Time between two cycles, 1 to 3600; default 2' },
    json: { type: 'boolean', help: 'One JSON object for each cycle' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  lasting: true,
  async run({ interval, json, config: file }, positionals, io) {
    atMost('watch', positionals, 1)
    const tick = numberOption('interval', interval, { least: 1, most: 3600 }) ?? 2
    const loaded = await loadConfig(io, file)
    const target = chooseTarget(positionals[0], loaded, io.env)
    parseUrl(target.url, io.env)
    const cadence = { tick, minute: Math.max(tick, MINUTE), sweep: loaded.cadence.sweep }
    const named = { url: target.url, name: target.name ?? redactUrl(target.url) }
    const monitor = createMonitor({
      ...{ targets: [named], config: { ...loaded, cadence } },
      ...{ env: io.env, onError: tell(io) },
    })
    const show = json ? jsonLines(io) : io.rows === undefined ? logLines(io) : screen(io)
    const quit = Promise.withResolvers<void>()
    const release = io.onKey((key) => QUIT.has(key) && quit.resolve())
    io.stopped.addEventListener('abort', () => quit.resolve(), { once: true })
    if (io.stopped.aborted) quit.resolve()
    let met = false
    const unsubscribe = monitor.subscribe((event) => {
      const state = monitor.state(event.target)
      if (!state) return
      if (state.connection === 'unreachable' && !met) return quit.reject(refused(state))
      met = true
      show.draw(state, event)
    })
    monitor.start()
    try {
      await quit.promise
    } finally {
      unsubscribe()
      release()
      show.end()
      await monitor.stop()
    }
    return 0
  },
})

/** Never met: waiting for it would hide a mistyped password. */
function refused({ error }: TargetState): AppError {
  const { code, message } = error ?? { code: 'unreachable', message: '' }
  const prefix = `${ERRORS[code].message}: `
  return new AppError(code, message.startsWith(prefix) ? message.slice(prefix.length) : message)
}

interface Show {
  draw(state: TargetState, event: MonitorEvent): void
  end(): void
}

function screen(io: Io): Show {
  io.out(ENTER)
  return {
    draw(state) {
      const lines = renderScreen(state, io).split('\n')
      const room = (io.rows ?? 24) - 2
      const hint = io.style('muted', 'q quits')
      io.out(`${CLEAR}${lines.slice(0, room).join('\n')}\n${hint}`)
    },
    end: () => io.out(LEAVE),
  }
}

/** Connecting alone is no news; being cut off is. */
const isNews = (state: TargetState, event: MonitorEvent): boolean =>
  event.type === 'cycle' || state.connection === 'unreachable'

const logLines = (io: Io): Show => ({
  draw: (state, event) => isNews(state, event) && io.out(logLine(state)),
  end: () => {},
})

const jsonLines = (io: Io): Show => ({
  draw(state, event) {
    if (!isNews(state, event)) return
    const { connection, since, error, at, health, tables } = state
    const row = (table: string) => {
      const outcome = tables.get(table)?.outcome
      return outcome?.ok ? (outcome.rows[0] ?? null) : null
    }
    const { score, status, coverage, findings } = health ?? {}
    const measured = { connections: row('connections'), queries: row('query-performance') }
    io.out(
      `${JSON.stringify({ connection, since, error, at, score, status, coverage, ...measured, findings })}\n`,
    )
  },
  end: () => {},
})
