import css from './skeleton.module.css'

/** Grey lines where content will be. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div className={css.skeleton} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
        <span key={i} style={{ width: `${[62, 100, 84, 93, 71][i % 5]}%` }} />
      ))}
    </div>
  )
}
