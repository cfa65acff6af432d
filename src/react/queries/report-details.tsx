import { formatCount, formatRatio, formatSeconds } from '../../core/format.ts'
import type { CurrentFigures, QueryReport, ReportFinding } from '../api/query-types.ts'
import { showValue } from '../display.ts'
import { Card } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Figures } from '../ui/figures.tsx'
import list from '../ui/list.module.css'
import { sentence } from '../ui/sentence.ts'
import { Sql, type SqlMark } from '../ui/sql.tsx'
import { indexOfPlace } from '../ui/sql-tokens.ts'
import { CostChange } from './cost-change.tsx'
import { Gaps } from './gaps.tsx'
import { IndexItem } from './index-item.tsx'
import { PlanTree } from './plan-tree.tsx'
import css from './queries.module.css'
import { ReportFindings } from './report-findings.tsx'
import { RewriteItem } from './rewrite-item.tsx'
import { verdictOf } from './verdict.ts'

const PARTS = { figures: 'Figures', plan: 'Plan', schema: 'Schema', indexes: 'Indexes' } as const

/** All that is known of one statement: what it does now, what is wrong with it, and what would make it cheaper, by how much. */
export function ReportDetails({ report }: { readonly report: QueryReport }) {
  const { sql, toplevel, current, findings, plan, rewrites, indexes, gaps } = report
  const verdict = verdictOf(report)
  // Numbers in the order of the text; findings at one place share a mark, not a number.
  const placed = findings
    .filter((f) => f.about === 'text')
    .toSorted((a, b) => a.position.offset - b.position.offset)
  const numberOf = (finding: ReportFinding) => {
    const at = placed.indexOf(finding as (typeof placed)[number])
    return at < 0 ? undefined : at + 1
  }
  const marks: readonly SqlMark[] = placed.map((f, i) => ({
    ...{ at: indexOfPlace(sql, f.position), number: i + 1, tone: f.severity },
  }))
  return (
    <>
      <Card title="Statement" span={3} aside={<CopyButton text={sql} what="the statement" />}>
        <p className={css.verdict} data-tone={verdict.tone}>
          <b>{verdict.title}</b>
          <span>{verdict.detail}</span>
        </p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text scrolls, and must by keyboard too */}
        <pre className={css.statement} tabIndex={0}>
          <Sql text={sql} marks={marks} />
        </pre>
        {current ? (
          <Current figures={current} />
        ) : (
          <p className={css.muted}>It did not run in the last window: no figures of its own.</p>
        )}
        {toplevel === false && (
          <p className={css.muted}>It runs inside a function: its time is part of its caller’s.</p>
        )}
      </Card>
      <Card title="Findings" span={3}>
        <ReportFindings findings={findings} numberOf={numberOf} planned={plan !== undefined} />
      </Card>
      {indexes.length > 0 && (
        <Card title={indexes.length === 1 ? 'Suggested index' : 'Suggested indexes'} span={3}>
          <ul className={css.items}>
            {indexes.map((advice, i) => {
              const [first] = advice.statements
              return (
                <li key={advice.name}>
                  <IndexItem
                    advice={advice}
                    single
                    open={i === 0}
                    gain={first && <CostChange before={first.costBefore} after={first.costAfter} />}
                  />
                </li>
              )
            })}
          </ul>
        </Card>
      )}
      {rewrites.length > 0 && (
        <Card title={rewrites.length === 1 ? 'Rewrite' : 'Rewrites'} span={3}>
          <ul className={css.items}>
            {rewrites.map((r, i) => (
              <li key={`${r.rule} ${r.sql}`}>
                <RewriteItem
                  sql={sql}
                  rewrite={r}
                  plan={plan?.explained.plan}
                  open={i === 0 && indexes.length === 0}
                />
              </li>
            ))}
          </ul>
        </Card>
      )}
      {plan && <Planned plan={plan} findings={findings} />}
      {gaps.length > 0 && (
        <Card title="Not looked at" span={3}>
          <Gaps
            title={
              gaps.length === 1 ? 'One thing could not be known' : `${gaps.length} things could not be known`
            }
            gaps={gaps.map((g) => ({ what: PARTS[g.part], reason: g.reason, remedy: g.remedy }))}
          />
        </Card>
      )}
    </>
  )
}

function Current({ figures }: { readonly figures: CurrentFigures }) {
  const { callsRate, calls, mean, total, share, rowsPerCall, blocksPerCall, window, cacheHit } = figures
  const { deviation, max, planningPerCall, tempBlocksPerCall, walPerCall } = figures
  return (
    <Figures
      items={[
        {
          name: 'Mean',
          value: showValue(mean, 'seconds'),
          note: `± ${formatSeconds(deviation)}, ${formatSeconds(max)} at most since its statistics began`,
        },
        { name: 'Share of time', value: showValue(share, 'ratio'), note: `${formatSeconds(total)} in all` },
        {
          name: 'Calls',
          value: showValue(callsRate, 'per_second'),
          note: `${formatCount(calls)} in ${formatSeconds(window)}`,
        },
        { name: 'Rows', value: formatCount(rowsPerCall), note: 'of one call' },
        {
          name: 'Pages',
          value: formatCount(blocksPerCall),
          note: `of one call${cacheHit === null ? '' : `, ${formatRatio(cacheHit)} from shared buffers`}`,
        },
        ...(planningPerCall !== null && planningPerCall > 0
          ? [{ name: 'Planning', value: showValue(planningPerCall, 'seconds'), note: 'of one call' }]
          : []),
        ...(tempBlocksPerCall > 0
          ? [{ name: 'Temporary files', value: formatCount(tempBlocksPerCall), note: 'pages of one call' }]
          : []),
        ...(walPerCall > 0
          ? [{ name: 'WAL', value: showValue(walPerCall, 'bytes'), note: 'of one call' }]
          : []),
      ]}
    />
  )
}

type Planned = NonNullable<QueryReport['plan']>

function Planned({
  plan,
  findings,
}: {
  readonly plan: Planned
  readonly findings: readonly ReportFinding[]
}) {
  const { explained, role, values = [], by, notes } = plan
  const known = values.flatMap((v, i) => (v === null ? [] : `$${i + 1} = ${v}`))
  const facts = [
    by === 'shadow'
      ? 'Planned by PostgreSQL in pgtend’s private planner, with your statistics; not executed.'
      : 'Planned on the watched database; not executed.',
    role ? `As the role ${role}.` : '',
    known.length > 0 ? `With ${known.join(', ')}.` : '',
    ...notes.map(sentence),
  ]
  return (
    <Card title="Plan" span={3}>
      <p className={css.muted}>{facts.filter(Boolean).join(' ')}</p>
      <PlanTree
        title="Plan now"
        plan={explained.plan}
        findings={findings.filter((f) => f.about === 'plan')}
      />
      <p className={list.muted}>
        Bars and per cents: the node’s own share of the cost. Costs are in units of the planner, not in
        seconds.
      </p>
    </Card>
  )
}
