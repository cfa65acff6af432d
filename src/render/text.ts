/** How a piece of text is meant; a terminal may colour it, a pipe prints it plain. */
export type Tone = 'good' | 'warning' | 'critical' | 'muted' | 'strong'
export type Style = (tone: Tone, text: string) => string
export const plain: Style = (_, text) => text

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const NARROW = /\p{Mark}|\u200b|\u200d|\ufe0f/u

const cellsOf = (character: string): number => (NARROW.test(character) ? 0 : WIDE.test(character) ? 2 : 1)

/** Cells that a text takes on a terminal. */
export function cells(text: string): number {
  let sum = 0
  for (const character of text) sum += cellsOf(character)
  return sum
}

/** One line without control characters: a query text must not be able to drive the terminal. */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()

/** At most so many cells, with an ellipsis where something was cut. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text
  let kept = ''
  let used = 0
  for (const character of text) {
    used += cellsOf(character)
    if (used > width - 1) break
    kept += character
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`
}

/** As `wrap`, line by line. An indented line is a command: it is never broken, so that it can be copied. */
export const wrapLines = (text: string, width: number, indent = ''): string =>
  text
    .split('\n')
    .map((line) => (line.startsWith('  ') ? `${indent}  ${oneLine(line)}` : wrap(line, width, indent)))
    .join('\n')

/** Broken at spaces into lines of at most so many cells; a longer word is kept whole. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of oneLine(text).split(' ')) {
    if (line !== '' && cells(line) + 1 + cells(word) > width - indent.length) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines.map((l) => indent + l).join('\n')
}
