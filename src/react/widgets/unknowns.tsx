import type { Unknown } from '../api/types.ts'
import { CodeBlock } from '../ui/code-block.tsx'
import { REASONS } from '../ui/facts-state.tsx'
import css from './unknowns.module.css'

export interface UnknownsProps {
  readonly unknown: readonly Unknown[]
  readonly judged: boolean
}

/** What could not be judged, by cause: one grant often shows several checks. */
export function Unknowns({ unknown, judged }: UnknownsProps) {
  const causes = new Map<string, Unknown[]>()
  for (const u of unknown) {
    const cause = u.fix ?? `${u.reason}: ${u.detail}`
    causes.set(cause, [...(causes.get(cause) ?? []), u])
  }
  return (
    <section className={css.unknowns}>
      <h3>{unknown.length > 0 ? `Not known: ${unknown.length}` : 'Not known'}</h3>
      {unknown.length === 0 && (
        <p className={css.none}>{judged ? 'Nothing is hidden from pgtend here.' : 'Not judged yet.'}</p>
      )}
      <ul>
        {[...causes].map(([cause, [first, ...rest]]) =>
          first ? (
            <li key={cause}>
              <p className={css.title}>{[first, ...rest].map((u) => u.title).join(', ')}</p>
              <p className={css.why}>
                {first.reason === 'pending' ? 'Needs another sample' : sentence(REASONS[first.reason])}:{' '}
                {first.detail}
              </p>
              {first.fix && <CodeBlock code={first.fix} label="This would show it" />}
            </li>
          ) : null,
        )}
      </ul>
    </section>
  )
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
