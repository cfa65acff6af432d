import { stripVTControlCharacters, styleText } from 'node:util'
import { ERRORS } from '../core/error-table.ts'
import type { Style, Tone } from '../render/text.ts'

/** What a command may use of the world around it: tests give their own. */
export interface Io {
  /** The answer. */
  out(text: string): void
  /** Progress, warnings and errors. */
  err(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Cells of a line of the answer; at most 80. */
  readonly width: number
  /** Rows of the screen, or undefined when the answer goes to a file or a pipe. */
  readonly rows: number | undefined
  /** Is somebody watching the progress? */
  readonly watched: boolean
  /** Can somebody press a key? */
  readonly answers: boolean
  readonly style: Style
  /** Aborted when the user or the system asks to stop. */
  readonly stopped: AbortSignal
  /** What is piped in, to its end or so many characters. */
  input(most: number): Promise<string>
  /** Calls back with each key pressed, until the returned function is called. */
  onKey(listener: (key: string) => void): () => void
}

type Format = Parameters<typeof styleText>[0]
const FORMATS: Record<Tone, Format> = {
  good: 'green',
  warning: 'yellow',
  critical: ['red', 'bold'],
  muted: 'dim',
  strong: 'bold',
}

/** Colour only for a terminal whose user didn't refuse it (https://no-color.org). */
export function styleFor(terminal: boolean, env: Io['env']): Style {
  const coloured = terminal && !env.NO_COLOR && env.TERM !== 'dumb'
  if (!coloured) return (_, text) => text
  return (tone, text) => styleText(FORMATS[tone], text, { validateStream: false })
}

/** The process's own streams, environment and signals. */
export function processIo(stopped: AbortSignal): Io {
  const { stdout, stderr, stdin } = process
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader such as `head` that has seen enough is no fault; a verdict that is known already stands.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    const { message, remedy, exit } = ERRORS['output-failed']
    stderr.write(`error: ${message}\n  ${error.message}\n  ${remedy}\n`)
    process.exit(exit)
  })
  // What can't be told can't be told: the exit code still says it.
  stderr.on('error', () => {})
  const terminal = stdout.isTTY === true
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(stderr.isTTY ? text : stripVTControlCharacters(text)),
    env: process.env,
    cwd: process.cwd(),
    width: terminal ? Math.max(40, Math.min(80, stdout.columns || 80)) : 80,
    rows: terminal ? stdout.rows : undefined,
    watched: stderr.isTTY === true,
    answers: stderr.isTTY === true && stdin.isTTY === true,
    style: styleFor(terminal, process.env),
    stopped,
    async input(most) {
      let text = ''
      for await (const part of stdin.setEncoding('utf8')) {
        text += part
        if (text.length > most) break
      }
      return text
    },
    onKey(listener) {
      if (!stdin.isTTY) return () => {}
      const hear = (data: Buffer) => listener(data.toString())
      stdin.setRawMode(true)
      stdin.on('data', hear)
      stdin.resume()
      return () => {
        stdin.off('data', hear)
        stdin.setRawMode(false)
        stdin.pause()
      }
    },
  }
}
