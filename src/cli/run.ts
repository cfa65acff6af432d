import { ERRORS } from '../core/error-table.ts'
import { AppError, toAppError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { wrapLines } from '../render/text.ts'
import { parseCommand } from './command.ts'
import { COMMANDS } from './commands.ts'
import { commandHelp, helpOf } from './help.ts'
import type { Io } from './io.ts'
import { version } from './package-root.ts'

/** Runs `pgtend` with these arguments; resolves to the exit code and never throws. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io)
  } catch (error) {
    if (io.stopped.aborted) return 130
    return printError(error, io)
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args
  if (first === '--version' || first === '-v') {
    io.out(`${version()}\n`)
    return 0
  }
  const asked = first === 'help' ? rest[0] : first
  if (asked === undefined || asked === '--help' || asked === '-h') {
    const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
    io.out(
      helpOf(
        commands.map((c) => c.default),
        io.style,
      ),
    )
    return 0
  }
  const load = Object.hasOwn(COMMANDS, asked) ? COMMANDS[asked] : undefined
  if (!load) throw unknownCommand(asked)
  const command = (await load()).default
  const before = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (first === 'help' || before.includes('--help') || before.includes('-h')) {
    io.out(commandHelp(command, io.style))
    return 0
  }
  const { values, positionals } = parseCommand(command, rest)
  const running = command.run(values, positionals, io)
  return await (command.lasting ? running : Promise.race([running, stopped(io.stopped)]))
}

/** Rejects when the user asks to stop: what holds nothing that must be put away ends at once. */
const stopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

function unknownCommand(asked: string): AppError {
  if (/^postgres(ql)?:/.test(asked))
    return new AppError('usage', 'say what to do with the database: pgtend check <url>')
  const close = nearest(asked, Object.keys(COMMANDS))
  const hint = close === undefined ? 'see pgtend --help' : `did you mean ${close}?`
  return new AppError('usage', `there is no command "${asked}"; ${hint}`)
}

function printError(thrown: unknown, io: Io): number {
  const error = toAppError(thrown)
  const { message, exit } = ERRORS[error.code]
  io.err(`${io.style('critical', 'error')}: ${message}\n`)
  if (error.detail !== '') io.err(`${wrapLines(error.detail, io.width, '  ')}\n`)
  io.err(`${wrapLines(error.remedy, io.width, '  ')}\n`)
  if (io.env.PGTEND_DEBUG) io.err(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`)
  return exit
}
