import type { Concern } from '../hooks/use-concern.ts'
import css from './meter.module.css'

export interface MeterProps {
  readonly label: string
  /** 0 to 1; more than 1 is drawn as full. */
  readonly ratio: number
  /** The same in words, for screen readers. */
  readonly text: string
  readonly concern?: Concern
}

/** How full something is. */
export function Meter({ label, ratio, text, concern }: MeterProps) {
  const full = Math.min(1, Math.max(0, ratio))
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> can not be styled alike in all browsers
    <div
      className={css.meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(full * 100)}
      aria-valuetext={text}
      data-concern={concern}
    >
      {full > 0 && <span style={{ width: `${full * 100}%` }} />}
    </div>
  )
}
