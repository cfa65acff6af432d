import { formatRatio } from '../../core/format.ts'
import { showValue } from '../display.ts'
import css from './tables.module.css'

export interface WasteProps {
  readonly estimate:
    | {
        readonly bloat: number | null
        readonly ratio: number | null
        readonly confidence: string
        readonly why: string | null
      }
    | undefined
  readonly measured: { readonly bloat: number; readonly ratio: number } | undefined
}

/** How much is wasted and how sure that is. Tables below 1 MiB are not looked at. */
export function Waste({ estimate, measured }: WasteProps) {
  if (measured) return <Figure bloat={measured.bloat} ratio={measured.ratio} how="measured" />
  if (!estimate) return <span className={css.none}>–</span>
  const { bloat, ratio, confidence, why } = estimate
  if (bloat === null || ratio === null)
    return (
      <span className={css.waste}>
        unknown <small>{why}</small>
      </span>
    )
  return <Figure bloat={bloat} ratio={ratio} how={confidence === 'high' ? 'estimated' : `unsure: ${why}`} />
}

const Figure = ({
  bloat,
  ratio,
  how,
}: {
  readonly bloat: number
  readonly ratio: number
  readonly how: string
}) => (
  <span className={css.waste}>
    <span data-much={ratio > 0.5}>{formatRatio(ratio)}</span> {showValue(bloat, 'bytes')} <small>{how}</small>
  </span>
)
