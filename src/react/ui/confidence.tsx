import css from './confidence.module.css'

const LEVELS = { high: 3, medium: 2, low: 1 } as const

/** How far advice can be trusted. */
export const Confidence = ({ of }: { readonly of: keyof typeof LEVELS }) => (
  <span className={css.confidence}>
    <i aria-hidden="true" data-level={LEVELS[of]} />
    {of} confidence
  </span>
)
