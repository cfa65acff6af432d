import { plural } from '../../core/format.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { FactsState } from '../ui/facts-state.tsx'
import { Notice } from '../ui/notice.tsx'
import { BlockingTree } from './blocking-tree.tsx'
import { Horizon } from './horizon.tsx'
import css from './widget.module.css'
import { Widget } from './widget.tsx'

const RULES = [
  'blocked-sessions',
  'blocked-too-long',
  'deadlocks',
  'prepared-transactions',
  'horizon-held-back',
]

/** Who waits for whom, and who holds back VACUUM. */
export function LocksWidget() {
  const tree = useFacts('blocking-tree')
  return (
    <Widget title="Locks" rules={RULES} id="locks">
      <FactsState query={tree} what="Locks" lines={4}>
        {(rows) => {
          const waiting = rows.filter((r) => !r.is_root).length
          if (rows.length === 0) return <Notice tone="ok" title="No session waits for a lock" />
          return (
            <>
              <p className={css.lead}>
                <strong>{waiting}</strong>
                <span>
                  {waiting === 1 ? 'session waits' : 'sessions wait'} behind{' '}
                  {plural(rows.length - waiting, 'root blocker')}
                </span>
              </p>
              <BlockingTree rows={rows} />
              {rows.some((r) => r.is_root && r.pid !== 0 && !r.protected) && (
                <p className={css.note}>Ending the session at the root lets all below it go on.</p>
              )}
            </>
          )
        }}
      </FactsState>
      <Horizon />
    </Widget>
  )
}
