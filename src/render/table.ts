import { cells, cut, oneLine, plain, type Style, type Tone } from './text.ts'

export interface TableColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Gives way first when the table is too wide, down to its title. */
  readonly flexible?: boolean
}

/** A cell, or a cell with how it is meant. */
export type Cell = string | { readonly text: string; readonly tone: Tone }

const GAP = 2

/** A text table with a line of titles, never wider than `width` cells unless its titles alone are. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  options: { readonly width?: number; readonly style?: Style } = {},
): string {
  const { width = 80, style = plain } = options
  const texts = rows.map((row) => columns.map((_, i) => oneLine(textOf(row[i]))))
  const widths = widthsFor(columns, texts, width)
  const line = (values: readonly string[], tones: readonly (Tone | undefined)[]): string => {
    const parts = values.map((value, i) => {
      const room = widths[i] as number
      const shown = cut(value, room)
      const space = ' '.repeat(room - cells(shown))
      const tone = tones[i]
      const toned = tone && shown !== '' ? style(tone, shown) : shown
      if (columns[i]?.align === 'right') return space + toned
      return i === columns.length - 1 ? toned : toned + space
    })
    return parts.join(' '.repeat(GAP)).trimEnd()
  }
  const titles = line(
    columns.map((c) => c.title),
    columns.map(() => 'muted'),
  )
  const body = texts.map((values, r) =>
    line(
      values,
      columns.map((_, i) => toneOf(rows[r]?.[i])),
    ),
  )
  return `${[titles, ...body].join('\n')}\n`
}

const textOf = (cell: Cell | undefined): string => (typeof cell === 'object' ? cell.text : (cell ?? ''))
const toneOf = (cell: Cell | undefined): Tone | undefined =>
  typeof cell === 'object' ? cell.tone : undefined

/** Widths that hold every cell; where that is too wide, the flexible and then the widest columns give way. */
function widthsFor(
  columns: readonly TableColumn[],
  texts: readonly (readonly string[])[],
  width: number,
): readonly number[] {
  const least = columns.map((c) => cells(c.title))
  const widths = columns.map((_, i) =>
    texts.reduce((most, row) => Math.max(most, cells(row[i] as string)), least[i] as number),
  )
  let excess = widths.reduce((sum, w) => sum + w, 0) + GAP * (columns.length - 1) - width
  for (const flexible of [true, false]) {
    while (excess > 0) {
      const candidates = widths
        .map((w, i) => ({ i, spare: w - (least[i] as number), w }))
        .filter((c) => c.spare > 0 && (columns[c.i]?.flexible === true) === flexible)
        .sort((a, b) => b.w - a.w)
      const [widest, next] = candidates
      if (!widest) break
      const down = next ? widest.w - next.w + 1 : excess
      const taken = Math.min(excess, widest.spare, Math.max(1, down))
      widths[widest.i] = widest.w - taken
      excess -= taken
    }
  }
  return widths
}
