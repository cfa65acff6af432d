import type { Cap, Deduction } from '../api/types.ts'
import { Icon } from '../ui/icon.tsx'
import css from './deductions.module.css'

export interface DeductionsProps {
  readonly deductions: readonly Deduction[]
  readonly cap?: Cap | undefined
  /** Whether a first cycle has been judged. */
  readonly judged: boolean
}

/** What was taken off 100, each with the sentence that it rests on. */
export function Deductions({ deductions, cap, judged }: DeductionsProps) {
  const lost = deductions.reduce((sum, d) => sum + d.points, 0)
  return (
    <section className={css.deductions}>
      <h3>{deductions.length > 0 ? `Deductions: ${lost} points` : 'Deductions'}</h3>
      {deductions.length === 0 && (
        <p className={css.none}>
          {judged ? 'None: nothing that was judged takes points off.' : 'Not judged yet.'}
        </p>
      )}
      <ul>
        {deductions.map((d) => (
          <li key={d.rule} data-severity={d.severity}>
            <b className={css.points}>−{d.points}</b>
            <div>
              <p className={css.title}>
                <Icon name={d.severity} size={14} />
                <span>{d.title}</span>
              </p>
              <p className={css.why}>{d.summary}</p>
            </div>
          </li>
        ))}
      </ul>
      {cap && (
        <p className={css.why}>
          The score is held at {cap.at} at most while this lasts: {cap.title}.
        </p>
      )}
    </section>
  )
}
