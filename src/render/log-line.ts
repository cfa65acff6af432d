import type { Watched } from './screen.ts'

/** One line for each cycle, as `key=value` pairs: for logs and pipes. What isn't known is `-`. */
export function logLine({ connection, since, error, at, health, tables }: Watched): string {
  const time = new Date(at ?? since).toISOString()
  if (connection === 'unreachable') {
    return `${new Date().toISOString()} unreachable since=${new Date(since).toISOString()} error=${JSON.stringify(error?.message ?? '')}\n`
  }
  const value = (table: string, column: string): string => {
    const outcome = tables.get(table)?.outcome
    const found = outcome?.ok ? outcome.rows[0]?.[column] : undefined
    return typeof found === 'number' ? String(Number(found.toPrecision(4))) : '-'
  }
  const severe = health?.findings.filter((f) => f.severity !== 'info').length
  const pairs = {
    score: health?.score ?? '-',
    status: health?.status ?? '-',
    connections: value('connections', 'used'),
    active: value('connections', 'active'),
    idle_in_transaction: value('connections', 'idle_in_transaction'),
    waiting_on_lock: value('connections', 'waiting_on_lock'),
    average_seconds: value('query-performance', 'average'),
    p95_seconds: value('query-performance', 'p95'),
    findings: severe ?? '-',
  }
  const line = Object.entries(pairs).map(([name, v]) => `${name}=${v}`)
  return `${time} ${line.join(' ')}\n`
}
