import type { ReactNode } from 'react'
import css from './data-table.module.css'

export interface TableColumn<R> {
  readonly name: string
  readonly render: (row: R) => ReactNode
  readonly numeric?: boolean
  /** Dropped on narrow screens. */
  readonly minor?: boolean
  /** Takes what room is left and cuts off long content. */
  readonly wide?: boolean
}

export interface DataTableProps<R> {
  /** What the table holds; read by screen readers. */
  readonly caption: string
  readonly rows: readonly R[]
  readonly columns: readonly TableColumn<R>[]
  readonly rowKey: (row: R) => string | number
}

/** A table that scrolls within itself where it is too wide. The first column names the row. */
export function DataTable<R>({ caption, rows, columns, rowKey }: DataTableProps<R>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by keyboard
    <section className={css.scroll} aria-label={caption} tabIndex={0}>
      <table className={css.table}>
        <caption className={css.caption}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.name} scope="col" data-numeric={c.numeric} data-minor={c.minor}>
                {c.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
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
