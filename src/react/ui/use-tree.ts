import { type KeyboardEvent, useRef, useState } from 'react'

/** One line of a tree that is drawn flat: levels say what is below what. */
export interface TreeLine<K> {
  readonly key: K
  /** 1 for a root. */
  readonly level: number
  /** Whether something can be opened below it. */
  readonly parent: boolean
}

const ITEM = '[role=treeitem]'

/**
 * A tree that arrow keys walk, open and close. `linesOf` gives its lines without what is closed; spread `tree` on the element with role tree, and
 * `item(line)` on each treeitem.
 */
export function useTree<K, L extends TreeLine<K>>(linesOf: (closed: ReadonlySet<K>) => readonly L[]) {
  const ref = useRef<HTMLDivElement>(null)
  const [closed, setClosed] = useState<ReadonlySet<K>>(new Set())
  const [focused, setFocused] = useState<K>()
  const lines = linesOf(closed)
  // What had the focus may have gone on; then the first one takes the tab stop.
  const tabStop = lines.some((l) => l.key === focused) ? focused : lines[0]?.key

  const toggle = (key: K, open: boolean) =>
    setClosed((old) => {
      const next = new Set(old)
      if (open) next.delete(key)
      else next.add(key)
      return next
    })

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(ref.current?.querySelectorAll<HTMLElement>(ITEM) ?? [])]
    const at = items.indexOf(event.target as HTMLElement)
    const line = lines[at]
    // Buttons inside of an item keep their own keys.
    if (!line) return
    const { level, parent, key } = line
    const open = !closed.has(key)
    const go = (index: number) => items[index]?.focus()
    if (event.key === 'ArrowDown') go(at + 1)
    else if (event.key === 'ArrowUp') go(at - 1)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(items.length - 1)
    else if (event.key === 'ArrowRight' && parent) open ? go(at + 1) : toggle(key, true)
    else if (event.key === 'ArrowLeft' && parent && open) toggle(key, false)
    else if (event.key === 'ArrowLeft') go(lines.findLastIndex((l, i) => i < at && l.level < level))
    else return
    event.preventDefault()
  }

  return {
    lines,
    tree: { ref, onKeyDown },
    item: ({ key, level, parent }: L) => ({
      level,
      open: parent ? !closed.has(key) : undefined,
      tabStop: tabStop === key,
      onToggle: (open: boolean) => toggle(key, open),
      onFocus: () => setFocused(key),
    }),
  }
}
