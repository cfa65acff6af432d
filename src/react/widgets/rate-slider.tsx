import { Slider } from 'radix-ui'
import { useState } from 'react'
import { formatCount } from '../../core/format.ts'
import css from './demo-panel.module.css'

export interface RateSliderProps {
  /** Requests a second. */
  readonly rate: number
  readonly onChange: (rate: number) => void
}

const MOST = 500

/** How busy the demo's applications are. */
export function RateSlider({ rate, onChange }: RateSliderProps) {
  // While it is being moved the slider leads and the server follows.
  const [moving, setMoving] = useState<number>()
  const shown = moving ?? rate
  const words = shown === 0 ? 'paused' : `${formatCount(shown)} requests/s`
  return (
    <div className={css.rate}>
      <span className={css.title}>Workload</span>
      <Slider.Root
        className={css.slider}
        min={0}
        max={Math.max(MOST, rate)}
        step={5}
        value={[shown]}
        onValueChange={([next]) => setMoving(next)}
        onValueCommit={([next = rate]) => {
          onChange(next)
          setMoving(undefined)
        }}
      >
        <Slider.Track className={css.track}>
          <Slider.Range className={css.filled} />
        </Slider.Track>
        <Slider.Thumb className={css.knob} aria-label="Workload of the demo" aria-valuetext={words} />
      </Slider.Root>
      <output className={css.words}>{words}</output>
    </div>
  )
}
