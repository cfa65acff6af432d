import { AppError } from '../core/errors.ts'
import type { Channel } from '../core/notice.ts'
import { email } from './email.ts'
import { slack } from './slack.ts'
import { webhook } from './webhook.ts'

/** A channel as configured; `${NAME}` in a text stands for an environment variable. */
export type ChannelSettings =
  | { readonly kind: 'slack'; readonly url: string }
  | { readonly kind: 'webhook'; readonly url: string; readonly secret?: string | undefined }
  | { readonly kind: 'email'; readonly server: string; readonly from: string; readonly to: readonly string[] }

type Environment = Readonly<Record<string, string | undefined>>

/** The channels by name. Throws AppError `bad-config` that names the channel and what is wrong, never a secret. */
export function createChannels(
  settings: Readonly<Record<string, ChannelSettings>>,
  env: Environment,
): readonly Channel[] {
  return Object.entries(settings).map(([name, channel]) => {
    const path = (key: string) => `alerts.channels.${name}.${key}`
    const text = (key: string, value: string) => resolved(path(key), value, env)
    if (channel.kind === 'slack') return slack({ name, url: postAddress(path('url'), channel.url, env) })
    if (channel.kind === 'webhook') {
      const secret = channel.secret === undefined ? undefined : text('secret', channel.secret)
      return webhook({ name, url: postAddress(path('url'), channel.url, env), secret })
    }
    return email({
      name,
      server: addressOf(path('server'), channel.server, env, ['smtp:', 'smtps:']),
      from: text('from', channel.from),
      to: channel.to.map((to) => text('to', to)),
    })
  })
}

/** An address to post to, with its `${NAME}` filled in. Throws AppError `bad-config`. */
export function postAddress(path: string, value: string, env: Environment): string {
  return addressOf(path, value, env, ['https:', 'http:'])
}

function addressOf(path: string, value: string, env: Environment, schemes: readonly string[]): string {
  const url = resolved(path, value, env)
  if (URL.canParse(url) && schemes.includes(new URL(url).protocol)) return url
  const list = schemes.map((s) => `${s}//`).join(' or ')
  throw new AppError('bad-config', `"${path}" is not an address with ${list}`)
}

/** A text with its `${NAME}` filled in. */
function resolved(path: string, value: string, env: Environment): string {
  return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = env[name]
    if (!found) throw new AppError('bad-config', `"${path}" needs the environment variable ${name}`)
    return found
  })
}
