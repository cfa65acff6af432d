import type { CSSProperties } from 'react'
import { formatSeconds, plural } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { Icon } from '../ui/icon.tsx'
import { QueryText } from '../ui/query-text.tsx'
import css from './blocking-tree.module.css'

type Row = FactRows['blocking-tree']

export interface BlockingItemProps {
  readonly row: Row
  /** 1 for a root. */
  readonly level: number
  /** Undefined for a session that blocks none. */
  readonly open: boolean | undefined
  readonly tabStop: boolean
  readonly onToggle: (open: boolean) => void
  readonly onFocus: () => void
}

/** One session of the blocking tree. The tree is flat: levels say what is below what. */
export function BlockingItem({ row, level, open, tabStop, onToggle, onFocus }: BlockingItemProps) {
  return (
    <div
      role="treeitem"
      className={css.session}
      style={{ '--depth': level - 1 } as CSSProperties}
      aria-level={level}
      aria-expanded={open}
      aria-selected={tabStop}
      tabIndex={tabStop ? 0 : -1}
      data-root={row.is_root}
      onFocus={(event) => event.target === event.currentTarget && onFocus()}
    >
      <div className={css.who}>
        {open !== undefined && (
          <button
            type="button"
            tabIndex={-1}
            className={css.twist}
            aria-label={open ? 'Close' : 'Open'}
            data-open={open}
            onClick={() => onToggle(!open)}
          >
            <Icon name="chevron" size={12} />
          </button>
        )}
        <b>{row.pid === 0 ? 'Prepared transaction' : `PID ${row.pid}`}</b>
        <span>
          {[row.transaction, row.backend_type, row.application, row.user].filter(Boolean).join(' · ')}
        </span>
      </div>
      <p className={css.what}>{describe(row)}</p>
      {row.is_root && row.protected && <p className={css.what}>Not to be ended: {row.protected}.</p>}
      {row.pid === 0 && (
        <p className={css.what}>
          It ends by COMMIT PREPARED or ROLLBACK PREPARED with its name in{' '}
          {row.database ? `the database ${row.database}` : 'its database'}.
        </p>
      )}
      {row.query && <QueryText text={row.query} />}
    </div>
  )
}

function describe({
  pid,
  is_root,
  blocked,
  state,
  state_seconds,
  waiting,
  mode,
  relation,
  lock_type,
}: Row): string {
  const behind = blocked > 0 ? `blocks ${plural(blocked, 'session')}` : undefined
  if (is_root) {
    const age = pid === 0 && state_seconds !== null ? ` ${formatSeconds(state_seconds)} ago` : ''
    return [state && `${state}${age}`, behind].filter(Boolean).join(', ')
  }
  const time = waiting === null ? 'waits' : `waits ${formatSeconds(waiting)}`
  const lock = [mode, relation ? `on ${relation}` : lock_type].filter(Boolean).join(' ')
  return [lock ? `${time} for ${lock}` : time, behind].filter(Boolean).join(', ')
}
