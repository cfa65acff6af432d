import { plural } from '../../core/format.ts'
import type { Finding, FindingRecord, SuppressedFinding } from '../api/types.ts'
import { showMoment, showUntil } from '../display.ts'
import { useCatalog } from '../hooks/use-catalog.ts'
import { useDatabaseHealth } from '../hooks/use-database-health.ts'
import { useFindingRecords } from '../hooks/use-finding-records.ts'
import { Badge } from '../ui/badge.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Notice } from '../ui/notice.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { FindingItem } from './finding-item.tsx'
import css from './findings-widget.module.css'
import { Widget } from './widget.tsx'

/** What is wrong now, since when, why, and what to do; and what has gone in the last seven days. */
export function FindingsWidget() {
  const { data, error, refetch } = useDatabaseHealth()
  const records = useFindingRecords()
  const { data: catalog } = useCatalog()
  const known = records.data?.findings ?? []
  const open = new Map(known.filter((r) => r.resolvedAt === null).map((r) => [r.key, r]))
  const gone = known.filter((r) => r.resolvedAt !== null)
  const count = data?.findings.length ?? 0
  const suppressed = data?.suppressed ?? []

  return (
    <Widget
      title="Findings"
      span={2}
      id="findings"
      aside={count > 0 && <span className={css.count}>{plural(count, 'open finding')}</span>}
    >
      {!data && !error && <Skeleton lines={4} />}
      {!data && error && <Notice tone="critical" title={error.message} onRetry={() => refetch()} />}
      {data && data.at === null && <Notice tone="info" title="The first reading is under way" />}
      {data && data.at !== null && count === 0 && <NothingFound unknown={data.unknown.length} />}
      {data && count > 0 && (
        <ul className={css.list} aria-label="Open findings">
          {data.findings.map((f: Finding) => (
            <li key={f.key}>
              <FindingItem
                finding={f}
                record={open.get(f.key)}
                rule={catalog?.rules.find((r) => r.name === f.rule)}
              />
            </li>
          ))}
        </ul>
      )}
      {suppressed.length > 0 && <Suppressed findings={suppressed} />}
      {gone.length > 0 && <Gone records={gone} />}
    </Widget>
  )
}

/** Nothing found is good news only as far as one could look. */
function NothingFound({ unknown }: { readonly unknown: number }) {
  if (unknown === 0) return <Notice tone="ok" title="No findings: every check that applies here passes" />
  return (
    <Notice tone="unknown" title="No findings in what could be judged">
      {plural(unknown, 'check')} could not be judged; the health card says what would change that.
    </Notice>
  )
}

function Suppressed({ findings }: { readonly findings: readonly SuppressedFinding[] }) {
  return (
    <Disclosure summary={<span className={css.gone}>{plural(findings.length, 'finding')} suppressed</span>}>
      <ul className={css.resolved}>
        {findings.map(({ key, title, summary, suppression: { by, reason, until } }) => (
          <li key={key}>
            <Badge tone="unknown">Suppressed</Badge>
            <span>{title}</span>
            <small>
              By {by}, until {showUntil(until)}: {reason}
            </small>
            <p>{summary}</p>
          </li>
        ))}
      </ul>
    </Disclosure>
  )
}

function Gone({ records }: { readonly records: readonly FindingRecord[] }) {
  const newest = [...records].sort((a, b) => (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0)).slice(0, 20)
  return (
    <Disclosure
      summary={<span className={css.gone}>{plural(records.length, 'finding')} resolved in 7 days</span>}
    >
      <ul className={css.resolved}>
        {newest.map((r) => (
          <li key={`${r.key}/${r.firstSeen}`}>
            <Badge tone={r.fixedBy ? 'ok' : 'unknown'}>
              {r.fixedBy ? 'Verified fixed' : 'Gone by itself'}
            </Badge>
            <span>{r.title}</span>
            <small>
              {r.subject === 'instance' ? '' : `${r.subject}, `}
              {showMoment(r.firstSeen)} to {showMoment(r.resolvedAt ?? r.lastSeen)}
            </small>
            {r.fixedBy && (
              <p>
                {r.fixedBy.summary}, by {r.fixedBy.by}. {r.fixedBy.detail}
              </p>
            )}
          </li>
        ))}
      </ul>
    </Disclosure>
  )
}
