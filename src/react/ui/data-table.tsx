import { type ReactNode, useState } from 'react'
import css from './data-table.module.css'
import { Icon } from './icon.tsx'

export interface TableColumn<R> {
  readonly name: string
  readonly render: (row: R) => ReactNode
  readonly numeric?: boolean
  /** Dropped on narrow screens. */
  readonly minor?: boolean
  /** Takes what room is left and cuts off long content. */
  readonly wide?: boolean
  /** Lets people sort by it: numbers from the largest down, texts from A on; what is not known comes last. */
  readonly sortBy?: (row: R) => number | string | null
}

export interface DataTableProps<R> {
  /** What the table holds; read by screen readers. */
  readonly caption: string
  readonly rows: readonly R[]
  readonly columns: readonly TableColumn<R>[]
  readonly rowKey: (row: R) => string | number
  /** Name of the column that it is sorted by at first; default as the rows come. */
  readonly sorted?: string
  /** Shows so many of the sorted rows. */
  readonly most?: number
}

interface Order {
  readonly name: string
  readonly reversed: boolean
}

/** A table that scrolls within itself where it is too wide. The first column names the row. */
export function DataTable<R>({ caption, rows, columns, rowKey, sorted, most }: DataTableProps<R>) {
  const [order, setOrder] = useState<Order | undefined>(
    sorted ? { name: sorted, reversed: false } : undefined,
  )
  const by = columns.find((c) => c.name === order?.name)?.sortBy
  const shown = (by && order ? inOrder(rows, by, order.reversed) : rows).slice(0, most)
  const turn = (name: string) => setOrder({ name, reversed: order?.name === name && !order.reversed })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by keyboard
    <section className={css.scroll} aria-label={caption} tabIndex={0}>
      <table className={css.table}>
        <caption className={css.caption}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th
                key={c.name}
                scope="col"
                data-numeric={c.numeric}
                data-minor={c.minor}
                aria-sort={c.sortBy && order?.name === c.name ? sortOf(c, order) : undefined}
              >
                {c.sortBy ? (
                  <button type="button" className={css.sort} onClick={() => turn(c.name)}>
                    {c.name}
                    <span data-on={order?.name === c.name} data-reversed={order?.reversed}>
                      <Icon name="down" size={11} />
                    </span>
                  </button>
                ) : (
                  c.name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((c, i) =>
                i === 0 ? (
                  <th key={c.name} scope="row" data-numeric={c.numeric} data-wide={c.wide}>
                    {c.render(row)}
                  </th>
                ) : (
                  <td key={c.name} data-numeric={c.numeric} data-minor={c.minor}>
                    {c.render(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const sortOf = <R,>(column: TableColumn<R>, { reversed }: Order) =>
  (column.numeric === true) === reversed ? 'ascending' : 'descending'

function inOrder<R>(
  rows: readonly R[],
  by: (row: R) => number | string | null,
  reversed: boolean,
): readonly R[] {
  const sign = reversed ? -1 : 1
  return rows.toSorted((a, b) => {
    const [x, y] = [by(a), by(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    if (typeof x === 'number' && typeof y === 'number') return sign * (y - x)
    return sign * (String(x) < String(y) ? -1 : Number(x !== y))
  })
}
