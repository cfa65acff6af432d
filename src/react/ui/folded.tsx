import type { ReactNode } from 'react'
import { Disclosure } from './disclosure.tsx'
import list from './list.module.css'

/** From so many lines on a list is closed at first. */
export const MANY = 6

export interface FoldedProps {
  readonly title: string
  readonly when: boolean
  readonly children: ReactNode
}

/** A titled part; where it is long, a line that opens to it. */
export function Folded({ title, when, children }: FoldedProps) {
  if (when) return <Disclosure summary={<span className={list.strong}>{title}</span>}>{children}</Disclosure>
  return (
    <section className={list.section}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}
