import { type Acting, createActing } from './action-service.ts'
import { type Care, type CareOptions, createCare } from './care-service.ts'
import type { Store } from './core/store.ts'
import { type Config, type ConfigInput, parseConfig } from './monitor/config.ts'
import { identify } from './monitor/identify.ts'
import { redactUrl } from './postgres/url.ts'

/** What the library's classes are made of. */
export interface DatabaseOptions {
  /** Connection URL of the database. A direct connection: a transaction pooler is refused for changes. */
  readonly url: string
  /** From `openStore`: where reports and the audit log are kept. Yours to close, after `close()`. */
  readonly store: Store
  /** As in pgtend.config.ts, without targets. */
  readonly config?: Omit<ConfigInput, 'targets'>
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Told of failures that no caller sees. */
  readonly onError?: (error: Error) => void
}

/** Maintenance and recovery of one database. */
export interface DatabaseCare {
  readonly acting: Acting
  readonly care: Care
  readonly config: Config
  readonly target: string
  close(): Promise<void>
}

/** Whoever calls the library's methods has allowed what they do. */
export const BY_PROGRAM = { kind: 'person', name: 'program' } as const

export function careFor(options: DatabaseOptions, more: Pick<CareOptions, 'backups'> = {}): DatabaseCare {
  const { url, store, env, onError } = options
  const config = parseConfig(options.config ?? {})
  const targets = [{ url }]
  const target = identify(targets, redactUrl)[0]?.id as string
  const terms = { targets, config, store, ...(env ? { env } : {}), ...(onError ? { onError } : {}) }
  const acting = createActing({ ...terms, allow: true })
  const care = createCare({ ...terms, acting, ...more })
  return {
    ...{ acting, care, config, target },
    async close() {
      await care.stop()
      await acting.stop()
    },
  }
}
