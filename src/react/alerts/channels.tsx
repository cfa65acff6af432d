import { plural } from '../../core/format.ts'
import type { Channel } from '../api/alert-types.ts'
import { showMoment } from '../display.ts'
import { useAlertActions, useAlerts } from '../hooks/use-alerts.ts'
import { AnswerState } from '../ui/answer-state.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { Widget } from '../widgets/widget.tsx'
import css from './alerts.module.css'

/** Who is told, when last, and what went wrong. */
export function Channels() {
  const alerts = useAlerts()
  return (
    <Widget title="Channels" id="channels">
      <AnswerState query={alerts} what="Channels" lines={2}>
        {({ channels }) =>
          channels.length === 0 ? (
            <Notice tone="warning" title="Nobody is told: no channel is configured">
              Add Slack, e-mail or a webhook under alerts.channels in pgtend.config.json.
            </Notice>
          ) : (
            <ul className={css.rows}>
              {channels.map((c) => (
                <li key={c.name}>
                  <ChannelItem channel={c} />
                </li>
              ))}
            </ul>
          )
        }
      </AnswerState>
    </Widget>
  )
}

function ChannelItem({ channel }: { readonly channel: Channel }) {
  const { testChannel, retryChannel } = useAlertActions()
  const { name, kind, lastSentAt, lastError, waiting, dead } = channel
  const word = testChannel.isPending ? 'Sending …' : 'Send a test'
  return (
    <>
      <div>
        <p className={css.head}>
          <b>{name}</b>
          <span className={css.muted}>{kind}</span>
          {lastError && <Badge tone="critical">Failing</Badge>}
        </p>
        <p className={css.muted}>
          {lastSentAt === undefined ? 'Nothing was sent yet.' : `Last sent ${showMoment(lastSentAt)}.`}
        </p>
        {lastError && <p className={css.error}>{lastError}</p>}
        {waiting > 0 && <p className={css.muted}>{plural(waiting, 'message')} will be tried again.</p>}
        {dead > 0 && (
          <p className={css.error}>
            {plural(dead, 'message')} given up.{' '}
            <Button
              size="small"
              busy={retryChannel.isPending}
              aria-label={`Send again what ${name} did not get`}
              onClick={() => retryChannel.mutate(name)}
            >
              Send again
            </Button>
          </p>
        )}
        <p role="status" className={testChannel.error ? css.error : css.muted}>
          {testChannel.isSuccess && 'The test was sent.'}
          {testChannel.error?.message}
        </p>
      </div>
      <Button
        size="small"
        busy={testChannel.isPending}
        aria-label={`${word} to ${name}`}
        onClick={() => testChannel.mutate(name)}
      >
        {word}
      </Button>
    </>
  )
}
