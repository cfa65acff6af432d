import { AppError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import { parseUrl } from '../../postgres/url.ts'
import { wrap } from '../../render/text.ts'
import { loadPack } from '../../sql-pack/pack.ts'
import { freshScript, type PackChange, type PackRequest } from '../../sql-pack/pack-change.ts'
import type { PackState } from '../../sql-pack/pack-state.ts'
import { openSqlPack } from '../../sql-pack/sql-pack.ts'
import { atMost, defineCommand } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { confirm } from '../confirm.ts'
import type { Io } from '../io.ts'
import { chooseTarget } from '../target.ts'

const TASKS = ['install', 'upgrade', 'uninstall', 'status'] as const
type Task = (typeof TASKS)[number]

export default defineCommand({
  name: 'sql',
  summary: 'Health checks as SQL functions and views inside the database',
  usage: [
    'pgtend sql install [url or configured name] [--grant role] [--rpc] [--yes]',
    'pgtend sql upgrade|uninstall [url or configured name] [--yes]',
    'pgtend sql status [url or configured name] [--json]',
    'pgtend sql install|uninstall --print',
  ],
  doc: 'Makes the schema pgtend with check_database_health(), index_usage_analysis and table_bloat_analysis, which work without pgtend running. Says what it would do and asks; all of it is one transaction. Removing it drops nothing of anybody else’s. See docs/sql-pack.md. Exit code 0: done; 1: not agreed to, or for status: not installed or older than this pgtend; 2: refused; 3: can not connect.',
  options: {
    grant: { type: 'string', value: 'role', multiple: true, help: 'Let this role use it; repeatable' },
    rpc: {
      type: 'boolean',
      help: 'Also make public.check_database_health(), for supabase.rpc; only roles given by --grant may call it',
    },
    yes: { type: 'boolean', short: 'y', help: 'Do not ask' },
    print: { type: 'boolean', help: 'Print the SQL and connect to nothing' },
    json: { type: 'boolean', help: 'The status as one JSON object' },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  },
  async run({ grant, rpc, yes, print, json, config: file }, [given, ...rest], io) {
    const task = taskOf(given)
    atMost(`sql ${task}`, rest, print ? 0 : 1)
    if (task !== 'install' && task !== 'upgrade' && (grant.length > 0 || rpc)) {
      throw new AppError('usage', `--grant and --rpc do not go with sql ${task}`)
    }
    if (json && task !== 'status') throw new AppError('usage', '--json only goes with sql status')
    if (print) {
      if (task !== 'install' && task !== 'uninstall') {
        throw new AppError('usage', `--print goes with sql install and sql uninstall, not with sql ${task}`)
      }
      io.out(`BEGIN;\n${freshScript(loadPack(), { task, grant, rpc }).trim()}\nCOMMIT;\n`)
      return 0
    }
    const target = chooseTarget(rest[0], await loadConfig(io, file), io.env)
    const spec = parseUrl(target.url, io.env)
    const pack = await openSqlPack(spec)
    try {
      if (task === 'status') {
        const state = await pack.state()
        io.out(
          json
            ? `${JSON.stringify({ available: pack.version, ...state }, null, 2)}\n`
            : told(state, pack.version),
        )
        return state.installed === pack.version ? 0 : 1
      }
      const request: PackRequest = { task, grant, rpc }
      const change = await pack.plan(request)
      io.out(`In ${spec.redacted}:\n${shown(change, io)}`)
      if (!yes && !(await confirm('Do it?', io))) return 1
      await pack.apply(request, change)
      io.out(
        task === 'uninstall' ? 'Removed.\n' : 'Done. Try: SELECT * FROM pgtend.check_database_health();\n',
      )
      return 0
    } finally {
      await pack.close()
    }
  },
})

function taskOf(given: string | undefined): Task {
  const task = TASKS.find((t) => t === given)
  if (task) return task
  if (given === undefined) throw new AppError('usage', `say what to do: pgtend sql ${TASKS.join(', ')}`)
  const close = nearest(given, TASKS)
  throw new AppError('usage', `there is no pgtend sql ${given}${close ? `; did you mean ${close}?` : ''}`)
}

function shown({ does, warnings }: PackChange, io: Io): string {
  const lines = does.map((line) => `${wrap(line, io.width, '  ')}\n`)
  const loud = warnings.map((line) => `${io.style('warning', wrap(line, io.width, '  '))}\n`)
  return [...lines, ...loud].join('')
}

function told(state: PackState, available: number): string {
  const { installed, foreign, database, owner, guests, rpc, rpcGuests, changed } = state
  if (foreign) return `${database} has a schema pgtend that is not the SQL pack’s.\n`
  if (installed === null) return `The SQL pack is not installed in ${database}: pgtend sql install.\n`
  const version =
    installed < available ? `${installed}, and ${available} is there: pgtend sql upgrade` : `${installed}`
  const settings = Object.entries(changed).map(([name, value]) => `  ${name} = ${value ?? 'none'}\n`)
  return [
    `The SQL pack is installed in ${database}, version ${version}.\n`,
    `Its owner is ${owner}; ${guests.length > 0 ? `it is used by ${guests.join(', ')}` : 'nobody else may use it'}.\n`,
    ...(rpc === 'ours'
      ? [`public.check_database_health() may be called by ${[owner, ...rpcGuests].join(', ')}.\n`]
      : []),
    ...(settings.length > 0 ? ['Changed settings:\n', ...settings] : []),
  ].join('')
}
