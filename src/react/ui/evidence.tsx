import type { Evidence as Facts } from '../../core/rule.ts'
import { useCatalog } from '../hooks/use-catalog.ts'
import css from './evidence.module.css'
import { type Measured, showEvidence } from './evidence-value.ts'
import { QueryText } from './query-text.tsx'

export interface EvidenceProps {
  readonly facts: Facts
  readonly measured?: Measured
}

const TEXTS = new Set(['query', 'statement', 'last_statement'])

/** The figures that something rests on. */
export function Evidence({ facts, measured }: EvidenceProps) {
  const { data: catalog } = useCatalog()
  const entries = Object.entries(facts)
  if (entries.length === 0) return null
  return (
    <dl className={css.evidence}>
      {entries.map(([name, value]) => (
        <div key={name} data-wide={TEXTS.has(name)}>
          <dt>{name.replaceAll('_', ' ')}</dt>
          <dd>
            {TEXTS.has(name) && typeof value === 'string' ? (
              <QueryText text={value} />
            ) : (
              showEvidence(name, value, measured, catalog)
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
