import { formatBytes, formatSeconds, plural } from '../../core/format.ts'
import { Progress } from '../actions/run-state.tsx'
import type { BackupRecord } from '../api/upkeep-types.ts'
import { showMoment } from '../display.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import list from '../ui/list.module.css'

export interface BackupItemProps {
  readonly backup: BackupRecord
  readonly verifying: boolean
  readonly onVerify: () => void
}

/** One backup: what is in it, and whether a restore has proved it. */
export function BackupItem({ backup, verifying, onVerify }: BackupItemProps) {
  const { at, status, bytes, tables, seconds, method, verified, error, removedAt } = backup
  const facts = [
    bytes === undefined ? undefined : formatBytes(bytes),
    tables === undefined ? undefined : plural(tables, 'table'),
    seconds === undefined ? undefined : `took ${formatSeconds(seconds)}`,
    method,
    removedAt === undefined ? undefined : `removed ${showMoment(removedAt)} by retention`,
  ].filter(Boolean)
  const word = verifying ? 'Restoring …' : verified ? 'Verify again' : 'Verify by restoring'
  return (
    <>
      <div className={list.main}>
        <p className={list.head}>
          <StateBadge backup={backup} />
          <b>{showMoment(at)}</b>
          <span className={list.muted}>{facts.join(' · ')}</span>
        </p>
        {status === 'running' && <Progress label={`Backup of ${showMoment(at)}`} done={undefined} />}
        {error && <p className={list.error}>{error}</p>}
        {verified && (
          <p className={verified.ok ? list.muted : list.error}>
            {verified.ok ? 'Restored' : 'Not restorable'} {showMoment(verified.at)} in{' '}
            {formatSeconds(verified.seconds)}: {verified.detail}
          </p>
        )}
        {verified && verified.notVerifiable.length > 0 && (
          <p className={list.muted}>Could not be proved there: {verified.notVerifiable.join('; ')}</p>
        )}
        {verifying && <Progress label="Restoring it into a server of its own" done={undefined} />}
      </div>
      {status === 'done' && removedAt === undefined && (
        <Button size="small" busy={verifying} aria-label={`${word}: ${showMoment(at)}`} onClick={onVerify}>
          {word}
        </Button>
      )}
    </>
  )
}

function StateBadge({ backup: { status, verified } }: { readonly backup: BackupRecord }) {
  if (status === 'running') return <Badge tone="info">Running</Badge>
  if (status === 'failed') return <Badge tone="critical">Failed</Badge>
  if (!verified) return <Badge tone="unknown">Not proved</Badge>
  return verified.ok ? <Badge tone="ok">Proved</Badge> : <Badge tone="critical">Damaged</Badge>
}
