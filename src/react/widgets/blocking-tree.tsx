import type { FactRows } from '../api/rows.ts'
import { type TreeLine, useTree } from '../ui/use-tree.ts'
import { BlockingItem } from './blocking-item.tsx'
import css from './blocking-tree.module.css'

type Row = FactRows['blocking-tree']

interface Line extends TreeLine<string> {
  readonly row: Row
}

/** Blocked sessions below their blockers. Arrow keys move, open and close, as in any tree. */
export function BlockingTree({ rows }: { readonly rows: readonly Row[] }) {
  const { lines, tree, item } = useTree<string, Line>((closed) => linesOf(rows, closed))
  return (
    <div {...tree} className={css.tree} role="tree" aria-label="Who blocks whom">
      {lines.map((line) => (
        <BlockingItem key={line.key} row={line.row} {...item(line)} />
      ))}
    </div>
  )
}

/** The tree as it is read, without what is closed. A session whose blocker isn't listed stands at the top. */
function linesOf(rows: readonly Row[], closed: ReadonlySet<string>): Line[] {
  const known = new Set(rows.map((r) => r.subject))
  const isTop = (r: Row) =>
    r.is_root || r.blocker === null || r.blocker === r.subject || !known.has(r.blocker)
  const below = Map.groupBy(
    rows.filter((r) => !isTop(r)),
    (r) => r.blocker,
  )
  const lines: Line[] = []
  const drawn = new Set<string>()
  const add = (row: Row, level: number) => {
    if (drawn.has(row.subject)) return
    drawn.add(row.subject)
    const children = below.get(row.subject) ?? []
    lines.push({ key: row.subject, row, level, parent: children.length > 0 })
    if (!closed.has(row.subject)) for (const child of children) add(child, level + 1)
  }
  for (const row of rows) if (isTop(row)) add(row, 1)
  return lines
}
