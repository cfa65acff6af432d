import type { CSSProperties } from 'react'
import { formatCount, formatRatio, plural } from '../../core/format.ts'
import type { PlanFinding, PlanNode } from '../api/query-types.ts'
import { Badge } from '../ui/badge.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Icon } from '../ui/icon.tsx'
import { useTree } from '../ui/use-tree.ts'
import { nodeConditions, nodeWords, type PlanLine, planLines } from './plan-shares.ts'
import css from './plan-tree.module.css'

export interface PlanTreeProps {
  /** Names the tree: `The plan now`. */
  readonly title: string
  readonly plan: PlanNode
  readonly findings?: readonly PlanFinding[]
}

/** From this share on a node is where the time goes. */
const MUCH = 0.4

/** A plan as a tree: each node with its own share of the cost. Arrow keys move, open and close, as in any tree. */
export function PlanTree({ title, plan, findings = [] }: PlanTreeProps) {
  const { lines, tree, item } = useTree<string, PlanLine>((closed) => planLines(plan, closed))
  return (
    <div className={`${css.frame} ${css.plan}`}>
      <p className={css.head}>
        <b>{title}</b>
        <span>cost {formatCount(plan['Total Cost'] ?? 0)}</span>
        <CopyButton
          text={JSON.stringify([{ Plan: plan }], null, 2)}
          what={`${title.toLowerCase()} as JSON`}
        />
      </p>
      <div {...tree} className={css.tree} role="tree" aria-label={title}>
        {lines.map((line) => (
          <Node
            key={line.key}
            line={line}
            {...item(line)}
            findings={findings.filter((f) => f.path.join('.') === line.key)}
          />
        ))}
      </div>
    </div>
  )
}

interface NodeProps {
  readonly line: PlanLine
  readonly level: number
  /** Undefined where nothing is below it. */
  readonly open: boolean | undefined
  readonly tabStop: boolean
  readonly onToggle: (open: boolean) => void
  readonly onFocus: () => void
  readonly findings: readonly PlanFinding[]
}

function Node({ line: { node, own }, level, open, tabStop, onToggle, onFocus, findings }: NodeProps) {
  const { does, on } = nodeWords(node)
  const subplan = node['Subplan Name']
  return (
    <div
      role="treeitem"
      className={css.node}
      style={{ '--depth': level - 1, '--own': `${own * 100}%` } as CSSProperties}
      aria-level={level}
      aria-expanded={open}
      aria-selected={tabStop}
      tabIndex={tabStop ? 0 : -1}
      data-much={own >= MUCH}
      onFocus={(event) => event.target === event.currentTarget && onFocus()}
    >
      <div className={css.line}>
        <div className={css.what}>
          {open === undefined ? (
            <span className={css.leaf} aria-hidden="true" />
          ) : (
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
          <span>
            <b>{does}</b> {on} {subplan && <small>({subplan})</small>}
          </span>
        </div>
        <span className={css.rows}>{rowsOf(node)}</span>
        <span className={css.own}>
          <i aria-hidden="true" />
          <span>
            {formatRatio(own)}
            <span className={css.hidden}> of the cost is its own</span>
          </span>
        </span>
      </div>
      {nodeConditions(node).map(([name, text]) => (
        <p key={name} className={css.condition}>
          <span>{name}</span> <code>{text}</code>
        </p>
      ))}
      {findings.map((f) => (
        <p key={f.rule} className={css.finding}>
          <Badge tone={f.severity}>{f.title}</Badge>
          <span>{f.message}</span>
        </p>
      ))}
    </div>
  )
}

function rowsOf(node: PlanNode): string {
  const estimated = plural(node['Plan Rows'] ?? 0, 'row')
  const actual = node['Actual Rows']
  return actual === undefined ? estimated : `${formatCount(actual)} of ${estimated} estimated`
}
