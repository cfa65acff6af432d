import { formatBytes, formatSeconds } from '../../core/format.ts'
import { useRefusal } from '../actions/use-refusal.ts'
import type { BackupsAnswer } from '../api/upkeep-types.ts'
import { showAgo } from '../display.ts'
import { useBackups } from '../hooks/use-backups.ts'
import { useNow } from '../hooks/use-now.ts'
import { AnswerState, Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { Figures } from '../ui/figures.tsx'
import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'
import { Widget } from '../widgets/widget.tsx'
import { BackupItem } from './backup-item.tsx'

const RULES = ['backup-failed', 'backup-late', 'backup-unverified']

/** Backups: whether there are any, whether they were proved, and how long a recovery takes. */
export function BackupsView() {
  const { query, run, verify } = useBackups()
  const refusal = useRefusal()
  const going = run.isPending || query.data?.backups.some((b) => b.status === 'running') === true
  return (
    <Widget
      title="Backups"
      span={3}
      id="backups"
      rules={RULES}
      aside={
        query.data && (
          <Button
            size="small"
            tone="primary"
            off={refusal !== undefined}
            busy={going}
            aria-describedby={refusal ? 'backup-refusal' : undefined}
            onClick={() => run.mutate()}
          >
            {going ? 'Backing up …' : 'Back up now'}
          </Button>
        )
      }
    >
      <AnswerState query={query} what="Backups" lines={5}>
        {(data) => (
          <>
            {refusal && (
              <p id="backup-refusal" className={list.muted}>
                {refusal}
              </p>
            )}
            {run.error && <Failure error={run.error} />}
            {verify.error && <Failure error={verify.error} />}
            <State data={data} />
            {data.backups.length > 0 && (
              <ul className={list.rows} aria-label="Backups">
                {data.backups.map((b) => (
                  <li key={b.id}>
                    <BackupItem
                      backup={b}
                      verifying={verify.isPending && verify.variables === b.id}
                      onVerify={() => verify.mutate(b.id)}
                    />
                  </li>
                ))}
              </ul>
            )}
            <p className={list.muted}>
              Kept in <code>{data.directory}</code>. Restore one with{' '}
              <code>pgtend backup restore ID --to URL</code>.
            </p>
          </>
        )}
      </AnswerState>
    </Widget>
  )
}

function State({ data: { backups } }: { readonly data: BackupsAnswer }) {
  const now = useNow(30_000)
  const newest = backups.find((b) => b.status === 'done' && b.removedAt === undefined)
  const proved = backups.find((b) => b.verified?.ok)
  if (!newest)
    return (
      <Notice tone="warning" title="There is no backup of this database here">
        Make the first one now; then prove it with a restore.
      </Notice>
    )
  const { verified } = proved ?? {}
  return (
    <Figures
      items={[
        {
          name: 'Newest',
          value: showAgo(newest.at, now),
          ...(newest.bytes === undefined ? {} : { note: formatBytes(newest.bytes) }),
        },
        {
          name: 'Newest proved',
          value: proved ? showAgo(proved.at, now) : 'none',
          note: proved ? 'restored and compared' : 'none was restored yet',
        },
        {
          name: 'Measured recovery time',
          value: verified ? formatSeconds(verified.seconds) : '–',
          note: verified ? 'of the last restore' : 'a restore measures it',
        },
      ]}
    />
  )
}
