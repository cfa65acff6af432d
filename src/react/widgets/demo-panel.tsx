import { useState } from 'react'
import { plural } from '../../core/format.ts'
import { useDemo } from '../hooks/use-demo.ts'
import { Card } from '../ui/card.tsx'
import { Notice } from '../ui/notice.tsx'
import css from './demo-panel.module.css'
import { FaultSwitch } from './fault-switch.tsx'
import { RateSlider } from './rate-slider.tsx'

/** Faults to switch on in the demo's database, to see them found. Nothing on any other server. */
export function DemoPanel() {
  const { query, setFault, setRate } = useDemo()
  const [explained, setExplained] = useState(false)
  const { data } = query
  if (!data) return null
  const on = data.faults.filter((f) => f.on).length
  const failed = setFault.error ?? setRate.error
  return (
    <Card
      title="Demo: break something"
      span={3}
      id="demo"
      aside={
        <span className={css.count}>
          {on > 0 ? `${plural(on, 'fault')} switched on` : 'No fault is switched on'}
        </span>
      }
    >
      <p className={css.intro}>
        These are real faults in the demo’s own PostgreSQL. Each shows up below within two readings, and goes
        when it is switched off.{' '}
        <button
          type="button"
          className={css.explain}
          aria-expanded={explained}
          onClick={() => setExplained(!explained)}
        >
          {explained ? 'Hide what each does' : 'What each does'}
        </button>
      </p>
      {failed && <Notice tone="critical" title={failed.message} />}
      <ul className={css.faults} data-explained={explained}>
        {data.faults.map((fault) => (
          <li key={fault.name}>
            <FaultSwitch
              fault={fault}
              explained={explained}
              onSwitch={(next) => setFault.mutate({ name: fault.name, on: next })}
            />
          </li>
        ))}
      </ul>
      <RateSlider rate={data.workload.rate} onChange={(rate) => setRate.mutate(rate)} />
    </Card>
  )
}
