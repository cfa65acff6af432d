import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { AppError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { Io } from './io.ts'

export interface Option {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  /** What the value is called in the help. */
  readonly value?: string
  readonly help: string
}

export type Options = Readonly<Record<string, Option>>

/** What the options of a command were given as. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K]['type'] extends 'boolean'
    ? boolean
    : O[K] extends { readonly multiple: true }
      ? readonly string[]
      : string | undefined
}

/** One command of the CLI as data: help, reference page and parser are drawn from it. */
export interface Command<O extends Options = Options> {
  readonly name: string
  readonly summary: string
  /** One line per way to call it. */
  readonly usage: readonly string[]
  /** More to say, in sentences. */
  readonly doc?: string
  readonly options: O
  /** Runs until it is stopped, and cleans up then. */
  readonly lasting?: boolean
  /** Resolves to the exit code. */
  run(values: Values<O>, positionals: readonly string[], io: Io): Promise<number>
}

/** Checks a command's declaration at compile time; returns it unchanged. */
export const defineCommand = <const O extends Options>(command: Command<O>): Command<O> => command

/** Parses the arguments of a command. Throws AppError `usage` that names the nearest known option. */
export function parseCommand<O extends Options>(
  command: Command<O>,
  args: readonly string[],
): { values: Values<O>; positionals: readonly string[] } {
  const config: ParseArgsOptionsConfig = {}
  for (const [name, { type, short, multiple }] of Object.entries(command.options)) {
    config[name] = { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) }
  }
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined
    if (!option) {
      const close = nearest(token.name, Object.keys(command.options))
      const hint = close === undefined ? `see pgtend ${command.name} --help` : `did you mean --${close}?`
      throw new AppError('usage', `pgtend ${command.name} has no option ${token.rawName}; ${hint}`)
    }
    if (option.type === 'string' && (token.value === undefined || token.value === '')) {
      throw new AppError('usage', `${token.rawName} needs a value (${option.value ?? 'text'})`)
    }
    if (option.type === 'boolean' && token.value !== undefined) {
      throw new AppError('usage', `${token.rawName} takes no value`)
    }
  }
  const filled = Object.entries(command.options).map(([name, { type, multiple }]) => [
    name,
    values[name] ?? (type === 'boolean' ? false : multiple ? [] : undefined),
  ])
  return { values: Object.fromEntries(filled) as Values<O>, positionals }
}

/** A number given as an option, within bounds. Throws AppError `usage`. */
export function numberOption(
  name: string,
  text: string | undefined,
  bounds: { readonly least: number; readonly most: number; readonly whole?: boolean },
): number | undefined {
  if (text === undefined) return undefined
  const { least, most, whole = false } = bounds
  const value = Number(text)
  if (text.trim() === '' || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    throw new AppError(
      'usage',
      `--${name} is "${text}", not a ${whole ? 'whole ' : ''}number from ${least} to ${most}`,
    )
  }
  return value
}

/** Refuses more positional arguments than a command takes: a forgotten option name is a mistake, not an argument. */
export function atMost(command: string, positionals: readonly string[], most: number): void {
  const extra = positionals[most]
  if (extra !== undefined)
    throw new AppError('usage', `pgtend ${command} does not know what to do with "${extra}"`)
}
