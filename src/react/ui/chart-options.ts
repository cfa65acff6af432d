import type uPlot from 'uplot'
import type { Unit } from '../../core/columns.ts'
import { showMoment, showValue } from '../display.ts'
import type { ChartLine } from './chart.tsx'

const AXIS_FONT = '11px system-ui, sans-serif'

/** A bare line only bounds a band. */
export const isListed = (line: ChartLine): boolean => line.look !== 'bare'

const isShort = (line: ChartLine): boolean => line.values.filter((v) => v !== null).length < 3

interface Frame {
  readonly top?: number | undefined
  readonly band?: readonly [number, number] | undefined
}

/** How uPlot is to draw a chart, in the colours that its host element has now. */
export function chartOptions(
  host: HTMLElement,
  lines: readonly ChartLine[],
  unit: Unit,
  { top, band }: Frame,
): uPlot.Options {
  const color = colorsOf(host)
  const grid = { stroke: color('--line'), width: 1 }
  const axis = { stroke: color('--muted'), font: AXIS_FONT, grid, ticks: { show: false } }
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    legend: { show: false },
    cursor: { sync: { key: 'pgtend' }, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, max) => [0, top ?? (max > 0 ? max * 1.15 : 1)] } },
    axes: [
      { ...axis, space: 52, size: 26, values: timeLabels },
      {
        ...axis,
        size: 62,
        space: 26,
        ...(unit === 'bytes' ? { splits: byteSplits } : {}),
        values: (_, splits) => splits.map((v) => showValue(v, unit)),
      },
    ],
    series: [
      {},
      ...lines.map((l) => ({
        label: l.name,
        stroke: color(isListed(l) ? `--series-${l.series}` : '--band'),
        width: isListed(l) ? 1.6 : 0,
        spanGaps: false,
        ...(l.look === 'dashed' ? { dash: [6, 5] } : {}),
        // A line of one or two points can only be seen by them.
        points: { show: isListed(l) && l.look === undefined && isShort(l) },
      })),
    ],
    ...(band ? { bands: [{ series: [band[0] + 1, band[1] + 1], fill: color('--band') }] } : {}),
    plugins: [readout(lines, unit)],
  }
}

/** 24-hour clock, with the day where it changes: uPlot's own labels follow American habits. */
function timeLabels(_: uPlot, splits: number[]): string[] {
  const long = (splits.at(-1) ?? 0) - (splits[0] ?? 0) > 2 * 86_400
  let day = ''
  return splits.map((s) => {
    const moment = new Date(s * 1000)
    const date = `${moment.getDate()}/${moment.getMonth() + 1}`
    if (long) {
      // Two lines a day, one name.
      const named = date !== day
      day = date
      return named ? moment.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' }) : ''
    }
    const clock = moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
    const changed = day !== '' && date !== day
    day = date
    return changed ? moment.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' }) : clock
  })
}

/** Steps in powers of 2, so that labels are round: decimal steps read as 953.7 MB. */
function byteSplits(_: uPlot, __: number, min: number, max: number): number[] {
  const step = 2 ** Math.ceil(Math.log2((max - min) / 4))
  const splits: number[] = []
  for (let v = Math.ceil(min / step) * step; v <= max; v += step) splits.push(v)
  return splits
}

/** The values under the pointer, in words beside it. */
function readout(lines: readonly ChartLine[], unit: Unit): uPlot.Plugin {
  const tip = document.createElement('div')
  tip.dataset.readout = ''
  tip.ariaHidden = 'true'
  return {
    hooks: {
      init: (u) => {
        u.over.append(tip)
      },
      setCursor: (u) => {
        const { idx, left = -1 } = u.cursor
        const at = idx === null || idx === undefined ? undefined : u.data[0][idx]
        const hovered = u.over.matches(':hover')
        tip.hidden = !hovered || at === undefined || left < 0
        if (tip.hidden || at === undefined || typeof idx !== 'number') return
        // What is expected or set has no value where it does not apply; what is measured may lack one.
        const values = lines.flatMap((l, i) => {
          const value = u.data[i + 1]?.[idx] ?? null
          if (value === null && l.look !== undefined) return []
          return [`${l.name}: ${value === null ? 'not measured' : showValue(value, unit)}`]
        })
        tip.textContent = [showMoment(at * 1000), ...values].join('\n')
        const flip = left > u.over.clientWidth / 2
        tip.style.left = flip ? '' : `${left + 10}px`
        tip.style.right = flip ? `${u.over.clientWidth - left + 10}px` : ''
      },
    },
  }
}

/** Resolves custom properties, light-dark() included, to what a canvas understands. */
function colorsOf(host: HTMLElement): (property: string) => string {
  return (property) => {
    const probe = document.createElement('span')
    probe.style.color = `var(${property})`
    host.append(probe)
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }
}
