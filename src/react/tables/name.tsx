import css from './tables.module.css'

export interface NameProps {
  readonly schema: string
  readonly name: string
  /** What it belongs to. */
  readonly of?: string | null
}

/** The name of a table or index as it is. Isolated: letters written from right to left must not turn what stands beside it. */
export function Name({ schema, name, of }: NameProps) {
  return (
    <span className={css.name}>
      <bdi>
        {schema !== 'public' && <small>{schema}.</small>}
        {name}
      </bdi>
      {of && (
        <small>
          <bdi>{of}</bdi>
        </small>
      )}
    </span>
  )
}
