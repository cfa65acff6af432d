import { type ConfigInput, parseConfig } from './monitor/config.ts'
import { type Check, checkDatabase } from './wire.ts'

/** Judges one database whenever asked; nothing is installed and nothing is kept. */
export class DatabaseMonitor {
  readonly #url: string
  readonly #options: {
    readonly config?: Omit<ConfigInput, 'targets'>
    readonly env?: Readonly<Record<string, string | undefined>>
  }

  /** `env`: where PGPASSWORD and its like come from; default `process.env`. */
  constructor(
    url: string,
    options: {
      readonly config?: Omit<ConfigInput, 'targets'>
      readonly env?: Readonly<Record<string, string | undefined>>
    } = {},
  ) {
    this.#url = url
    this.#options = options
  }

  /**
   * Score, status, findings and what could not be judged, over two samples `seconds` apart (default 1).
   * Throws AppError: `bad-url`, `unreachable`, `login-failed` and the like.
   */
  async checkHealth(
    options: { readonly seconds?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Check['evaluation']['health']> {
    const { config, env } = this.#options
    const { evaluation } = await checkDatabase(this.#url, {
      ...options,
      config: parseConfig(config ?? {}),
      ...(env ? { env } : {}),
    })
    return evaluation.health
  }
}
