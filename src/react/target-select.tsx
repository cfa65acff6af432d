import { Select } from 'radix-ui'
import type { TargetSummary } from './api/types.ts'
import { usePgtend } from './context.tsx'
import css from './target-select.module.css'
import { Icon } from './ui/icon.tsx'

/** Chooses the target that the page shows. */
export function TargetSelect() {
  const { targets, target, selectTarget, container } = usePgtend()
  if (!target) return null
  return (
    <Select.Root value={target.id} onValueChange={selectTarget}>
      <Select.Trigger className={css.trigger} aria-label="Target">
        <Chosen target={target} />
        <Icon name="chevron" size={14} />
      </Select.Trigger>
      <Select.Portal container={container}>
        <Select.Content className={css.content} position="popper" sideOffset={6} collisionPadding={12}>
          <Select.Viewport>
            {targets.map((t) => (
              <Select.Item key={t.id} value={t.id} className={css.item} textValue={t.name}>
                <Select.ItemText>{t.name}</Select.ItemText>
                <span className={css.detail}>
                  {STATES[t.status]} · {t.url}
                </span>
              </Select.Item>
            ))}
          </Select.Viewport>
        </Select.Content>
      </Select.Portal>
    </Select.Root>
  )
}

const STATES: Record<TargetSummary['status'], string> = {
  healthy: 'healthy',
  degraded: 'degraded',
  unhealthy: 'unhealthy',
  unknown: 'not known',
  unreachable: 'unreachable',
  connecting: 'connecting',
}

function Chosen({ target }: { readonly target: TargetSummary }) {
  return (
    <span className={css.choice}>
      <Select.Value>{target.name}</Select.Value>
      <small data-connection={target.connection}>{target.connection}</small>
    </span>
  )
}
