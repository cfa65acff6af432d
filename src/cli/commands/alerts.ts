import { existsSync } from 'node:fs'
import { createAlertDesk, testChannel } from '../../alert-service.ts'
import type { AlertDesk, AlertView, Overview } from '../../alerts/desk.ts'
import type { Match } from '../../core/alert.ts'
import { AppError } from '../../core/errors.ts'
import { formatSeconds, plural } from '../../core/format.ts'
import { nearest } from '../../core/nearest.ts'
import { renderTable } from '../../render/table.ts'
import type { Tone } from '../../render/text.ts'
import { openStore } from '../../store/open-store.ts'
import { atMost, defineCommand, numberOption, type Values } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { storePathOf } from '../host.ts'
import type { Io } from '../io.ts'
import { chooseKept } from '../kept-target.ts'

const OPTIONS = {
  target: { type: 'string', value: 'id', help: 'Only this target' },
  minutes: { type: 'string', value: 'number', help: 'How long a silence lasts; default 120' },
  days: { type: 'string', value: 'number', help: 'How long a finding stays suppressed; default 30' },
  reason: { type: 'string', value: 'text', help: 'Why; shown to everybody' },
  by: { type: 'string', value: 'name', help: 'Who; default the user of the system' },
  store: { type: 'string', value: 'file', help: 'The history; default ~/.local/share/pgtend/history.db' },
  config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  json: { type: 'boolean', help: 'The answer as JSON' },
} as const

type Given = Values<typeof OPTIONS>

export default defineCommand({
  name: 'alerts',
  summary: 'What alerts, who is told, and how to quieten it',
  usage: [
    'pgtend alerts list [--target <id>] [--json]',
    'pgtend alerts ack <alert>',
    'pgtend alerts silence <rule or key> [--target <id>] [--minutes <number>] [--reason <text>]',
    'pgtend alerts suppress <finding’s key> --reason <text> [--target <id>] [--days <number>]',
    'pgtend alerts end <silence or suppression>',
    'pgtend alerts test <channel>',
    'pgtend alerts retry <channel>',
  ],
  doc: 'Works on the history file, also while pgtend serve uses it. A silence keeps messages back for a while; a suppressed finding counts neither for alerts nor for the score. In what a silence names, * stands for any text; a suppression is of one finding, or of one alert that stands for several. Channels are configured under alerts.channels. Exit code of list: 1 while something fires that is neither acknowledged nor silenced.',
  options: OPTIONS,
  async run(values, positionals, io) {
    const [form = 'list', ...args] = positionals
    const run = Object.hasOwn(FORMS, form) ? FORMS[form] : undefined
    if (!run) {
      const close = nearest(form, Object.keys(FORMS))
      const hint = close === undefined ? 'see pgtend alerts --help' : `did you mean ${close}?`
      throw new AppError('usage', `pgtend alerts has no ${form}; ${hint}`)
    }
    atMost(`alerts ${form}`, args, form === 'list' ? 0 : 1)
    return run(values, args[0] ?? '', io)
  },
})

type Form = (values: Given, subject: string, io: Io) => Promise<number>

const FORMS: Readonly<Record<string, Form>> = {
  list: (values, _, io) =>
    withDesk(values, io, async (desk, targetOf) => {
      const target = values.target === undefined ? undefined : await targetOf()
      const overview = await desk.overview(target)
      const suppressions = await desk.suppressions(target)
      io.out(
        values.json
          ? `${JSON.stringify({ ...overview, suppressions }, null, 2)}\n`
          : page(overview, suppressions, io),
      )
      return overview.alerts.some((a) => a.state === 'firing' && !a.acknowledgedBy && !a.silenced) ? 1 : 0
    }),
  ack: (values, id, io) =>
    withDesk(values, io, async (desk) => {
      const alert = await desk.acknowledge(needed(id, 'ack <alert>'), who(values, io))
      return say(values, io, alert, `Acknowledged: ${alert.title}`)
    }),
  silence: (values, what, io) =>
    withDesk(values, io, async (desk) => {
      const minutes = numberOption('minutes', values.minutes, { least: 1, most: 43_200 }) ?? 120
      const match = matchOf(needed(what, 'silence <rule or key>'), values.target)
      const reason = values.reason ?? 'no reason given'
      const silence = await desk.silence({ match, minutes, reason, by: who(values, io) })
      return say(values, io, silence, `Silence ${silence.id} until ${time(silence.until)}`)
    }),
  suppress: (values, key, io) =>
    withDesk(values, io, async (desk, targetOf) => {
      const days = numberOption('days', values.days, { least: 0.01, most: 365 }) ?? 30
      const { reason } = values
      if (reason === undefined) throw new AppError('usage', 'say why with --reason')
      const given = {
        target: await targetOf(),
        key: needed(key, 'suppress <key>'),
        reason,
        days,
        by: who(values, io),
      }
      const suppression = await desk.suppress(given)
      return say(values, io, suppression, `Suppression ${suppression.id} until ${time(suppression.until)}`)
    }),
  end: (values, id, io) =>
    withDesk(values, io, async (desk) => {
      const named = needed(id, 'end <silence or suppression>')
      const { silences } = await desk.overview()
      if (silences.some((s) => s.id === named)) await desk.endSilence(named)
      else await desk.endSuppression(named)
      return say(values, io, { ended: named }, 'Ended')
    }),
  async test(values, name, io) {
    const config = await loadConfig(io, values.config)
    await testChannel(config, io.env, needed(name, 'test <channel>'))
    return say(values, io, { sent: true }, 'The channel took the message')
  },
  retry: (values, name, io) =>
    withDesk(values, io, async (desk) => {
      const letters = await desk.retry(needed(name, 'retry <channel>'))
      return say(values, io, { letters }, `${plural(letters, 'message')} will be sent again by pgtend serve`)
    }),
}

async function withDesk(
  values: Given,
  io: Io,
  /** `target`: the id of the one that is meant, of those in the history. */
  work: (desk: AlertDesk, target: () => Promise<string>) => Promise<number>,
): Promise<number> {
  const config = await loadConfig(io, values.config)
  const path = storePathOf(io, values.store, config)
  if (!existsSync(path)) throw new AppError('no-store', `${path} does not exist; pgtend serve makes it`)
  const store = await openStore({ path })
  try {
    const target = async () => chooseKept(values.target, config, io.env, await store.targets()).id
    return await work(createAlertDesk({ store, config, env: io.env }), target)
  } finally {
    await store.close()
  }
}

function say(values: Given, io: Io, answer: object, words: string): number {
  io.out(values.json ? `${JSON.stringify(answer, null, 2)}\n` : `${words}\n`)
  return 0
}

function needed(text: string, form: string): string {
  if (text === '') throw new AppError('usage', `write it as pgtend alerts ${form}`)
  return text
}

const who = ({ by }: Given, { env }: Io): string => by ?? env.USER ?? env.LOGNAME ?? 'somebody'

/** A key holds a slash, a rule doesn't. */
const matchOf = (what: string, target: string | undefined): Match => ({
  ...(target === undefined ? {} : { target }),
  ...(what.includes('/') ? { key: what } : { rule: what }),
})

const time = (at: number): string => new Date(at).toISOString().replace(/:\d+\.\d+Z$/, 'Z')

const TONES: Record<AlertView['severity'], Tone> = { critical: 'critical', warning: 'warning', info: 'muted' }

function page(
  { alerts, silences, channels }: Overview,
  suppressions: Awaited<ReturnType<AlertDesk['suppressions']>>,
  io: Io,
): string {
  const now = Date.now()
  const parts: string[] = []
  const rows = alerts.map((a) => {
    const state = a.silenced ? 'silenced' : a.acknowledgedBy ? `ack ${a.acknowledgedBy}` : a.state
    const age = formatSeconds((now - (a.resolvedAt ?? a.since)) / 1000)
    const tone = a.state === 'firing' ? TONES[a.severity] : 'muted'
    return [
      a.id,
      { text: state, tone },
      { text: a.severity, tone },
      age,
      a.target,
      `${a.title}: ${a.summary}`,
    ]
  })
  const titles = ['Alert', 'State', 'Severity', 'For', 'Target'].map((title) => ({ title }))
  parts.push(
    rows.length === 0
      ? 'No alerts.\n'
      : renderTable([...titles, { title: 'What', flexible: true }], rows, io),
  )
  if (silences.length > 0) {
    const silenced = silences.map((s) => [s.id, wordsOf(s.match), time(s.until), s.by, s.reason])
    parts.push(table(['Silence', 'What', 'Until', 'By', 'Reason'], silenced, io))
  }
  if (suppressions.length > 0) {
    const spared = suppressions.map((s) => [s.id, `${s.target} ${s.key}`, time(s.until), s.by, s.reason])
    parts.push(table(['Suppressed', 'Finding', 'Until', 'By', 'Reason'], spared, io))
  }
  if (channels.length > 0) {
    const told = channels.map((c) => [
      c.name,
      c.kind,
      c.lastSentAt === undefined ? '-' : time(c.lastSentAt),
      String(c.waiting),
      String(c.dead),
      c.lastError ?? '',
    ])
    parts.push(table(['Channel', 'Kind', 'Last sent', 'Waiting', 'Given up', 'Error'], told, io))
  }
  return parts.join('\n')
}

const table = (titles: readonly string[], rows: readonly (readonly string[])[], io: Io): string =>
  renderTable(
    titles.map((title, i) => ({ title, ...(i === titles.length - 1 ? { flexible: true } : {}) })),
    rows,
    io,
  )

const wordsOf = ({ target, rule, key }: Match): string =>
  [target, rule, key].filter((part) => part !== undefined).join(' ')
