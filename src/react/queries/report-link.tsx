import { createContext, type MouseEvent, type ReactNode, use } from 'react'
import css from '../ui/button.module.css'

interface Links {
  readonly addressOf: (id: string) => string
  readonly onOpen: (id: string) => void
}

const LinksContext = createContext<Links | undefined>(undefined)

/** Tells the links below it where a statement's report is shown. */
export const ReportLinks = ({ value, children }: { readonly value: Links; readonly children: ReactNode }) => (
  <LinksContext value={value}>{children}</LinksContext>
)

/** Opens a report by its id; undefined where no page shows one. */
export const useOpenReport = (): ((id: string) => void) | undefined => use(LinksContext)?.onOpen

export interface ReportLinkProps {
  /** An id of `/api/queries`, or a queryid. */
  readonly id: string
  /** The statement in a few words: which of many links this is. */
  readonly of: string
}

/** Opens the report on a statement. Nothing where no page shows one: a widget may stand by itself. */
export function ReportLink({ id, of }: ReportLinkProps) {
  const links = use(LinksContext)
  if (!links) return null
  const go = (event: MouseEvent) => {
    // A click that opens a tab or a window is the browser's.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return
    event.preventDefault()
    links.onOpen(id)
  }
  return (
    <a
      className={css.button}
      data-tone="quiet"
      data-size="small"
      data-report={id}
      href={links.addressOf(id)}
      aria-label={`Optimize ${of}`}
      onClick={go}
    >
      Optimize
    </a>
  )
}
