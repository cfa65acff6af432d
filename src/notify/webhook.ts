import { createHmac } from 'node:crypto'
import type { Channel, Message } from '../core/notice.ts'
import { postJson } from './http.ts'

/** `sha256=` and the hex HMAC over `timestamp.body`, which a receiver computes anew and compares. */
export const signature = (secret: string, timestamp: number, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`

/** Posts the message as JSON, signed where there is a secret. docs/alerts.md describes body and headers. */
export function webhook(options: {
  readonly name: string
  readonly url: string
  readonly secret?: string | undefined
}): Channel {
  const { name, url, secret } = options
  return {
    name,
    kind: 'webhook',
    send(message) {
      const body = JSON.stringify(bodyOf(message))
      const timestamp = Math.floor(Date.now() / 1000)
      return postJson(url, body, {
        'idempotency-key': message.id,
        'pgtend-timestamp': String(timestamp),
        ...(message.repeat ? { 'pgtend-repeat': 'possible' } : {}),
        ...(secret === undefined ? {} : { 'pgtend-signature': signature(secret, timestamp, body) }),
      })
    },
  }
}

const bodyOf = ({ id, at, target, notices, test = false }: Message): object => ({
  version: 1,
  ...{ id, at, test, target, notices },
})
