import type { Columns } from '../src/core/columns.ts'
import type { Probe } from '../src/core/probe.ts'
import type { Row } from '../src/core/table.ts'
import { connect } from '../src/postgres/session.ts'
import { parseUrl } from '../src/postgres/url.ts'

/** The rows that a probe reads over a connection of its own. Throws when it ends otherwise. */
export async function readProbe<C extends Columns>(
  url: string,
  probe: Probe<C>,
  values?: readonly (string | number)[],
): Promise<readonly Row<Probe<C>>[]> {
  const session = await connect(parseUrl(url, {}))
  try {
    const { results } = await session.flight([{ probe, ...(values && { values }) }])
    const outcome = results.get(probe.name)?.outcome
    if (!outcome?.ok) throw new Error(`${probe.name}: ${outcome?.reason} ${outcome?.detail}`)
    return outcome.rows.map((row) => plain(row) as Row<Probe<C>>)
  } finally {
    await session.close()
  }
}

/** The only row that fits, with its type. */
export function one<R>(rows: readonly R[], fits: (row: R) => boolean = () => true): R {
  const [row, ...more] = rows.filter(fits)
  if (!row || more.length > 0) throw new Error(`${rows.filter(fits).length} rows fit in place of one`)
  return row
}

/** A row with its columns as own properties: those of a large probe are views, which can't be compared. */
export function plain(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return typeof row.toJSON === 'function' ? row.toJSON() : row
}
