import type { Bloats } from '../core/bloat.ts'
import { formatBytes, formatRatio } from '../core/format.ts'
import { renderTable } from './table.ts'
import { type Style, wrap } from './text.ts'

/** What was measured, the most wasted first, and why the rest is unknown. */
export function renderBloats(
  { rows, unknown }: Bloats,
  page: { readonly width: number; readonly style: Style },
): string {
  const most = rows.toSorted((a, b) => b.size * b.bloat - a.size * a.bloat)
  const table = renderTable(
    [
      { title: 'Table or index', flexible: true },
      { title: 'Kind' },
      { title: 'Size', align: 'right' },
      { title: 'Wasted', align: 'right' },
      { title: 'Share', align: 'right' },
    ],
    most.map((r) => [
      `${r.schema}.${r.index ?? r.table}`,
      r.index === null ? 'table' : 'index',
      formatBytes(r.size),
      formatBytes(r.size * r.bloat),
      { text: formatRatio(r.bloat), tone: r.bloat > 0.5 ? 'warning' : 'muted' },
    ]),
    page,
  )
  const reasons = unknown.map((why) => `${wrap(why, page.width, '')}\n`).join('')
  return `${rows.length > 0 ? table : ''}${reasons}${rows.length + unknown.length === 0 ? 'No table or index is large enough to measure.\n' : ''}`
}
