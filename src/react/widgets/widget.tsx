import type { ReactNode } from 'react'
import { usePgtend } from '../context.tsx'
import { showMoment } from '../display.ts'
import { type Concern, useConcern } from '../hooks/use-concern.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Card, type CardProps } from '../ui/card.tsx'
import css from './widget.module.css'

export interface WidgetProps extends Omit<CardProps, 'children' | 'aside'> {
  /** Rules about this subject; the worst finding stands beside the title. */
  readonly rules?: readonly string[]
  readonly aside?: ReactNode
  readonly children: ReactNode
}

/** A card about one subject: how it stands, and how old what it shows is when the server is away. */
export function Widget({ rules = [], aside, children, ...card }: WidgetProps) {
  const { target } = usePgtend()
  const concern = useConcern(rules)
  const stale = target?.connection === 'unreachable'
  return (
    <Card
      {...card}
      aside={
        <>
          {aside}
          {stale ? (
            <Badge tone="unknown">{target.at ? `As of ${showMoment(target.at)}` : 'Never read'}</Badge>
          ) : (
            rules.length > 0 && <ConcernBadge concern={concern} />
          )}
        </>
      }
    >
      <div className={css.body} data-stale={stale}>
        {children}
      </div>
    </Card>
  )
}

const WORDS: Record<Exclude<Concern, undefined>, [Tone, string]> = {
  ok: ['ok', 'OK'],
  info: ['info', 'Note'],
  warning: ['warning', 'Warning'],
  critical: ['critical', 'Critical'],
  unknown: ['unknown', 'Partly unknown'],
}

function ConcernBadge({ concern }: { readonly concern: Concern }) {
  if (!concern) return null
  const [tone, word] = WORDS[concern]
  return <Badge tone={tone}>{word}</Badge>
}
