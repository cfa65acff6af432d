import { splitUrl } from './split-url.ts'
import { parseUrl } from './url.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * A URL as the environment of a program of PostgreSQL's own, such as pg_dump: never as an argument, which every user of
 * the machine could read. The meaning stays ours where libpq's differs: `verify-full` takes the default roots.
 */
export function libpqEnvironment(url: string, env: Env): Record<string, string> {
  const spec = parseUrl(url, env)
  const params = new Map(splitUrl(url).params)
  const named: Record<string, string | undefined> = {
    PGHOST: spec.host,
    PGPORT: String(spec.port),
    PGUSER: spec.user,
    PGPASSWORD: spec.password,
    PGDATABASE: spec.database,
    PGSSLMODE: spec.sslmode,
    PGSSLROOTCERT:
      (params.get('sslrootcert') ?? env.PGSSLROOTCERT) ||
      (spec.sslmode === 'verify-full' ? 'system' : undefined),
    PGSSLCERT: params.get('sslcert') ?? env.PGSSLCERT,
    PGSSLKEY: params.get('sslkey') ?? env.PGSSLKEY,
    PGCHANNELBINDING: spec.channelBinding,
    PGOPTIONS: spec.options,
    PATH: env.PATH ?? '/usr/bin:/bin',
    LC_ALL: 'C',
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value)) as Record<string, string>
}
