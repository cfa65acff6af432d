import type { Config, TargetConfig } from '../monitor/config.ts'
import { parseUrl } from '../postgres/url.ts'
import { type Check, checkDatabase } from '../wire.ts'
import type { Io } from './io.ts'
import { statusLine } from './status-line.ts'

/** Looks at a target once, saying on stderr what it is at. Throws AppError. */
export async function look(target: TargetConfig, config: Config, seconds: number, io: Io): Promise<Check> {
  const status = statusLine(io)
  try {
    status.say(`Connecting to ${parseUrl(target.url, io.env).host}`)
    return await checkDatabase(target.url, {
      ...{ config, seconds, signal: io.stopped, env: io.env, pooler: target.pooler },
      onConnect: () => status.say('Reading statistics'),
    })
  } finally {
    status.clear()
  }
}
