import type { TargetConfig } from './config.ts'

/** A target with what it is known under. */
export interface Named {
  readonly id: string
  readonly name: string
  /** Redacted. */
  readonly url: string
  readonly secret: string
  /** Of the pooler's admin console, where one is configured. */
  readonly pooler?: string | undefined
}

/** Names and ids that stay the same from start to start: the history is kept under the id. */
export function identify(targets: readonly TargetConfig[], redact: (url: string) => string): Named[] {
  const taken = new Set<string>()
  return targets.map((target) => {
    const url = redact(target.url)
    const name = target.name ?? nameOf(url)
    const base =
      name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '') || 'target'
    let id = base
    for (let n = 2; taken.has(id); n++) id = `${base}-${n}`
    taken.add(id)
    return { id, name, url, secret: target.url, pooler: target.pooler }
  })
}

/** `database on host:port` of a URL without its secrets. */
function nameOf(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url)
    const database = decodeURIComponent(pathname.slice(1)) || 'postgres'
    return `${database} on ${hostname || 'localhost'}${port === '' || port === '5432' ? '' : `:${port}`}`
  } catch {
    return 'target'
  }
}
