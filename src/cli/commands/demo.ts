import { join, resolve } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import { startDemo } from '../../demo/demo.ts'
import { GREATEST_RATE } from '../../demo/workload.ts'
import { renderTable } from '../../render/table.ts'
import { atMost, defineCommand, numberOption, type Values } from '../command.ts'
import { type DemoState, demoApp } from '../demo-app.ts'
import { findDemo } from '../demo-client.ts'
import { demoConfig } from '../demo-config.ts'
import { claimFolder, writeMark } from '../demo-folder.ts'
import { startHost } from '../host.ts'
import type { Io } from '../io.ts'
import { statusLine } from '../status-line.ts'
import { tellConnections, untilStopped } from './serve.ts'

const OPTIONS = {
  scale: {
    type: 'string',
    value: 'factor',
    help: 'Size of all tables, 0.001 to 10; default 1: 1.65 million rows',
  },
  dir: { type: 'string', value: 'folder', help: 'Where it lives; default .pgtend/demo here' },
  port: { type: 'string', value: 'number', help: 'Port of the dashboard; default 4711 or the next free one' },
  reset: { type: 'boolean', help: 'Remove the folder first and build the data anew' },
  json: { type: 'boolean', help: 'Answers as JSON' },
} as const

export default defineCommand({
  name: 'demo',
  summary: 'Start a real PostgreSQL with data, load and faults to switch on',
  usage: [
    'pgtend demo [--scale <factor>] [--dir <folder>] [--port <number>] [--reset]',
    'pgtend demo faults',
    'pgtend demo fault <name> on|off',
    'pgtend demo workload <requests per second>',
  ],
  doc: 'The database is that of a wedding-supplier service. The first start builds its data in about a minute. Ctrl-C stops it all; the data stays. The other forms talk to the demo that runs in the same folder.',
  options: OPTIONS,
  lasting: true,
  async run(values, positionals, io) {
    const folder = resolve(io.cwd, values.dir ?? join('.pgtend', 'demo'))
    const [form, ...rest] = positionals
    if (form === undefined) return startAll(values, folder, io)
    const run = FORMS[form]
    if (!run) {
      const close = nearest(form, Object.keys(FORMS))
      throw new AppError(
        'usage',
        `pgtend demo ${form}: ${close === undefined ? 'unknown' : `did you mean ${close}?`}`,
      )
    }
    const state = await run(folder, rest)
    io.out(values.json ? `${JSON.stringify(state, null, 2)}\n` : stateTable(state, io))
    return 0
  },
})

async function startAll(values: Values<typeof OPTIONS>, folder: string, io: Io): Promise<number> {
  const scale = numberOption('scale', values.scale, { least: 0.001, most: 10 }) ?? 1
  const port = numberOption('port', values.port, { least: 0, most: 65_535, whole: true })
  const running = await findDemo(folder).catch(() => undefined)
  if (running) throw new AppError('demo-running', running.url)
  await claimFolder(folder, values.reset)
  const status = statusLine(io)
  const demo = await startDemo({
    dir: folder,
    scale,
    onProgress: ({ step, done }) => status.bar(step, done),
  }).finally(() => status.clear())
  try {
    const host = await startHost(
      {
        targets: [
          { name: 'WedSync', url: demo.monitorUrl, actionUrl: demo.url },
          ...(demo.standbyUrl === undefined ? [] : [{ name: 'WedSync standby', url: demo.standbyUrl }]),
        ],
        config: demoConfig(),
        storePath: join(folder, 'history.db'),
        ...{ port: port ?? 4711, host: '127.0.0.1', exact: port !== undefined && port !== 0 },
        ...{ allowActions: true, extra: demoApp(demo) },
      },
      io,
    )
    try {
      await writeMark(folder, { url: host.url })
      if (values.json) io.out(`${JSON.stringify({ url: host.url, database: demo.url, dir: folder })}\n`)
      else io.out(greeting(host.url, demo.url, io))
      tellConnections(host.monitor, io)
      await untilStopped(io.stopped)
    } finally {
      io.err('Stopping\n')
      await host.stop()
    }
  } finally {
    await demo.stop()
    await writeMark(folder, {})
  }
  return 0
}

const greeting = (dashboard: string, database: string, { style }: Io): string => `
The demo runs.

  Dashboard  ${style('strong', dashboard)}
  Database   ${database}

Switch a fault on in the dashboard, or from another terminal in this folder:
  npx pgtend demo faults
  npx pgtend demo fault blocking-chain on

Ctrl-C stops it all; the data stays for the next start.
`

type Form = (folder: string, args: readonly string[]) => Promise<DemoState>

const FORMS: Readonly<Record<string, Form>> = {
  async faults(folder, args) {
    atMost('demo faults', args, 0)
    return (await findDemo(folder)).state()
  },
  async fault(folder, args) {
    atMost('demo fault', args, 2)
    const [name, to] = args
    if (name === undefined || (to !== 'on' && to !== 'off')) {
      throw new AppError(
        'usage',
        'write it as pgtend demo fault <name> on|off; pgtend demo faults lists the names',
      )
    }
    return (await findDemo(folder)).setFault(name, to === 'on')
  },
  async workload(folder, args) {
    atMost('demo workload', args, 1)
    const [text] = args
    if (text === undefined)
      throw new AppError('usage', 'write it as pgtend demo workload <requests per second>')
    const rate = numberOption('rate', text, { least: 0, most: GREATEST_RATE }) as number
    return (await findDemo(folder)).setRate(rate)
  },
}

function stateTable({ faults, workload }: DemoState, io: Io): string {
  const rows = faults.map(({ name, title, on, busy, error }) => {
    const state = error !== undefined ? 'failed' : busy ? 'busy' : on ? 'on' : 'off'
    const tone = error !== undefined ? 'critical' : on ? 'warning' : 'muted'
    return [name, { text: state, tone } as const, error ?? title]
  })
  const table = renderTable(
    [{ title: 'Fault' }, { title: 'State' }, { title: 'What', flexible: true }],
    rows,
    io,
  )
  return `${table}\nWorkload: ${workload.rate} requests per second\n`
}
