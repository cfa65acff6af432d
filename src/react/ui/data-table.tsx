import { type ReactNode, useState } from 'react'
import { formatCount } from '../../core/format.ts'
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
  /** Shows so many of the sorted rows, and of the parts of one. */
  readonly most?: number
  /** What a row is the sum of: it opens to them. Undefined: it is one by itself. */
  readonly parts?: (row: R) => readonly R[] | undefined
}

interface Line<R> {
  readonly row: R
  /** Of one that has parts. */
  readonly open?: boolean
  /** Stands below the row that it is a part of. */
  readonly part?: boolean
  /** In place of so many parts of the row that are not shown. */
  readonly left?: number
}

interface Order {
  readonly name: string
  readonly reversed: boolean
}

/** A table that scrolls within itself where it is too wide. The first column names the row. */
export function DataTable<R>({ caption, rows, columns, rowKey, sorted, most, parts }: DataTableProps<R>) {
  const [order, setOrder] = useState<Order | undefined>(
    sorted ? { name: sorted, reversed: false } : undefined,
  )
  const by = columns.find((c) => c.name === order?.name)?.sortBy
  const [opened, setOpened] = useState<ReadonlySet<string | number>>(new Set())
  const first = (all: readonly R[]) => (by && order ? inOrder(all, by, order.reversed) : all).slice(0, most)
  const shown = first(rows).flatMap((row): Line<R>[] => {
    const below = parts?.(row)
    if (!below) return [{ row }]
    const open = opened.has(rowKey(row))
    if (!open) return [{ row, open }]
    const few = first(below)
    const end = few.length < below.length ? [{ row, left: below.length - few.length }] : []
    return [{ row, open }, ...few.map((part) => ({ row: part, part: true })), ...end]
  })
  const toggle = (key: string | number) =>
    setOpened((was) => (was.has(key) ? new Set([...was].filter((k) => k !== key)) : new Set([...was, key])))
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
          {shown.map(({ row, open, part, left }) =>
            left !== undefined ? (
              <tr key={`${rowKey(row)} left`} data-part>
                <th scope="row" colSpan={columns.length}>
                  {formatCount(left)} more: look for them by name.
                </th>
              </tr>
            ) : (
              <tr key={rowKey(row)} data-part={part}>
                {columns.map((c, i) =>
                  i === 0 ? (
                    <th key={c.name} scope="row" data-numeric={c.numeric} data-wide={c.wide}>
                      {open === undefined ? (
                        c.render(row)
                      ) : (
                        <button
                          type="button"
                          className={css.toggle}
                          aria-expanded={open}
                          onClick={() => toggle(rowKey(row))}
                        >
                          <Icon name="chevron" size={12} />
                          {c.render(row)}
                        </button>
                      )}
                    </th>
                  ) : (
                    <td key={c.name} data-numeric={c.numeric} data-minor={c.minor}>
                      {c.render(row)}
                    </td>
                  ),
                )}
              </tr>
            ),
          )}
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
