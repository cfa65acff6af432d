import { plain, type Style, wrap } from '../render/text.ts'
import type { Command, Option } from './command.ts'

const INDENT = 26

/** The page of `pgtend --help`. */
export function helpOf(commands: readonly Command[], style: Style = plain): string {
  const lines = commands.map((c) => `  ${c.name.padEnd(INDENT - 2)}${c.summary}\n`)
  return `pgtend: finds out what is wrong with a PostgreSQL database, and why. Reads only.

${style('strong', 'Usage')}
  pgtend <command> [options]

${style('strong', 'Commands')}
${lines.join('')}
${style('strong', 'Options')}
  ${'--help, -h'.padEnd(INDENT - 2)}This page; after a command, its own
  ${'--version'.padEnd(INDENT - 2)}The version of pgtend

A database is named by a URL, in DATABASE_URL, or in pgtend.config.ts or .json.
`
}

/** The page of `pgtend <command> --help`. */
export function commandHelp(command: Command, style: Style = plain): string {
  const options = Object.entries(command.options).map(([name, option]) => optionLine(name, option))
  const parts = [
    `${wrap(command.summary, 80)}\n`,
    `${style('strong', 'Usage')}\n${command.usage.map(usageLine).join('')}`,
    ...(command.doc ? [`${wrap(command.doc, 80)}\n`] : []),
    `${style('strong', 'Options')}\n${options.join('')}  ${'--help, -h'.padEnd(INDENT - 2)}This page\n`,
  ]
  return parts.join('\n')
}

/** An option as it is written: `--interval <seconds>`. */
export function optionName(name: string, { short, type, value = 'text' }: Option): string {
  return `--${name}${type === 'string' ? ` <${value}>` : ''}${short ? `, -${short}` : ''}`
}

/** Indented, and broken where it is too long, its rest deeper in. */
const usageLine = (usage: string): string => `  ${wrap(usage, 74).replaceAll('\n', `\n${' '.repeat(6)}`)}\n`

function optionLine(name: string, option: Option): string {
  const written = optionName(name, option)
  const help = wrap(option.help, 80 - INDENT).replaceAll('\n', `\n${' '.repeat(INDENT)}`)
  const gap =
    written.length + 2 >= INDENT ? `\n${' '.repeat(INDENT)}` : ' '.repeat(INDENT - 2 - written.length)
  return `  ${written}${gap}${help}\n`
}
