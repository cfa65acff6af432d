/** One column as the storage format sees it. */
export interface ColumnWidth {
  /** Bytes; -1 variable, -2 a C string, -3 variable and never with a short header. */
  readonly length: number
  readonly alignment: number
  /** Mean bytes of a value that is not null; -1: not known. */
  readonly width: number
  /** 0 to 1. */
  readonly nulls: number
}

export interface RowWidth {
  /** Bytes of all columns, up to a multiple of 8. */
  readonly width: number
  /** Every row is as wide as the next: no column of variable length, none that is null now and then. */
  readonly exact: boolean
  /** Share of rows with a bitmap of nulls. */
  readonly hasNulls: number
  /** Every column has statistics. */
  readonly known: boolean
}

/** A variable value of fewer bytes has a header of one byte and is not aligned (VARATT_SHORT_MAX, varatt.h). */
const SHORT = 127
/** From this share of nulls on, where the next column begins is anybody's guess. */
const OFTEN_NULL = 0.05
const ALIGNED = 8

/**
 * Mean width of a row's data, followed column by column as heap_compute_data_size does: `fill` bytes so far, the last of
 * which are `phase` past a multiple of `modulus` (1: anywhere, half of the padding is expected). The same arithmetic as
 * pgtend.estimate_row_widths in sql/090-bloat.sql; a test compares the two.
 */
export function rowWidth(columns: readonly ColumnWidth[]): RowWidth {
  let [fill, phase, modulus, free] = [0, 0, ALIGNED, 1]
  for (const { length, alignment, width, nulls } of columns) {
    const bytes = Math.max(0, width)
    const align = length === -2 || (length === -1 && bytes < SHORT) ? 1 : alignment
    const inside = align <= modulus
    const pad = inside
      ? (align - (phase % align)) % align
      : ((modulus - phase) % modulus) + (align - modulus) / 2
    fill += (1 - nulls) * (bytes + pad)
    free *= 1 - nulls
    if (nulls === 1) continue
    if (length <= 0 || nulls > OFTEN_NULL) [phase, modulus] = [0, 1]
    else {
      phase = inside ? (phase + pad + bytes) % modulus : bytes % align
      modulus = Math.max(modulus, align)
    }
  }
  const end =
    modulus === ALIGNED
      ? (ALIGNED - phase) % ALIGNED
      : ((modulus - phase) % modulus) + (ALIGNED - modulus) / 2
  return {
    width: fill + end,
    exact: modulus > 1,
    hasNulls: 1 - free,
    known: columns.every((c) => c.width >= 0),
  }
}
