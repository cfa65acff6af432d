import { type KeyboardEvent, useRef, useState } from 'react'
import type { FactRows } from '../api/rows.ts'
import { BlockingItem } from './blocking-item.tsx'
import css from './blocking-tree.module.css'

type Row = FactRows['blocking-tree']

interface Line {
  readonly row: Row
  readonly level: number
  readonly parent: boolean
}

const ITEM = '[role=treeitem]'

/** Blocked sessions below their blockers. Arrow keys move, open and close, as in any tree. */
export function BlockingTree({ rows }: { readonly rows: readonly Row[] }) {
  const tree = useRef<HTMLDivElement>(null)
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set())
  const [focused, setFocused] = useState<number>()
  const lines = linesOf(rows, closed)
  // The focused session may have gone on; then the first one takes the tab stop.
  const tabStop = lines.some((l) => l.row.pid === focused) ? focused : lines[0]?.row.pid

  const toggle = (pid: number, open: boolean) =>
    setClosed((old) => {
      const next = new Set(old)
      if (open) next.delete(pid)
      else next.add(pid)
      return next
    })

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(tree.current?.querySelectorAll<HTMLElement>(ITEM) ?? [])]
    const at = items.indexOf(event.target as HTMLElement)
    const line = lines[at]
    // Buttons inside of an item keep their own keys.
    if (!line) return
    const { level, parent, row } = line
    const open = !closed.has(row.pid)
    const go = (index: number) => items[index]?.focus()
    if (event.key === 'ArrowDown') go(at + 1)
    else if (event.key === 'ArrowUp') go(at - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(items.length - 1)
    else if (event.key === 'ArrowRight' && parent) open ? go(at + 1) : toggle(row.pid, true)
    else if (event.key === 'ArrowLeft' && parent && open) toggle(row.pid, false)
    else if (event.key === 'ArrowLeft') go(lines.findLastIndex((l, i) => i < at && l.level < level))
    else return
    event.preventDefault()
  }

  return (
    <div ref={tree} className={css.tree} role="tree" aria-label="Who blocks whom" onKeyDown={onKeyDown}>
      {lines.map(({ row, level, parent }) => (
        <BlockingItem
          key={row.pid}
          row={row}
          level={level}
          open={parent ? !closed.has(row.pid) : undefined}
          tabStop={tabStop === row.pid}
          onToggle={(open) => toggle(row.pid, open)}
          onFocus={() => setFocused(row.pid)}
        />
      ))}
    </div>
  )
}

/** The tree as it is read, without what is closed. A session whose blocker isn't listed stands at the top. */
function linesOf(rows: readonly Row[], closed: ReadonlySet<number>): Line[] {
  const known = new Set(rows.map((r) => r.pid))
  const isTop = (r: Row) => r.is_root || r.blocker === null || r.blocker === r.pid || !known.has(r.blocker)
  const below = Map.groupBy(
    rows.filter((r) => !isTop(r)),
    (r) => r.blocker,
  )
  const lines: Line[] = []
  const drawn = new Set<number>()
  const add = (row: Row, level: number) => {
    if (drawn.has(row.pid)) return
    drawn.add(row.pid)
    const children = below.get(row.pid) ?? []
    lines.push({ row, level, parent: children.length > 0 })
    if (!closed.has(row.pid)) for (const child of children) add(child, level + 1)
  }
  for (const row of rows) if (isTop(row)) add(row, 1)
  return lines
}
