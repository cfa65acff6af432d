import type { Row } from '../core/table.ts'
import type columnWidths from '../probes/column-widths.ts'
import type { ColumnWidth } from './_row-width.ts'

/** The columns of a table or index, in order. */
export const columnsOf = (w: Row<typeof columnWidths>): readonly ColumnWidth[] =>
  w.lengths.map((length, at) => ({
    length,
    alignment: w.alignments[at] ?? 1,
    width: w.widths[at] ?? -1,
    nulls: w.nulls[at] ?? 0,
  }))
