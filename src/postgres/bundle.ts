import { type Probe, sqlFor } from '../core/probe.ts'
import type { RowReceiver } from './data-rows.ts'
import type { TextRow } from './parse-rows.ts'

/** What one probe of a bundle gave, and the server's clock when it began and when it was done, epoch ms. */
interface Part {
  readonly rows: readonly TextRow[]
  readonly from: number
  readonly clock: number
}

/**
 * Several probes answered by one statement: a statement costs the server as much as a small probe, and is an entry in
 * pg_stat_statements. Each row comes as a record's text; the clock before the first probe and after each sets them apart.
 */
export interface Bundle extends RowReceiver {
  /** Whether it got as far as running: then what failed is the first probe that has no part. */
  readonly began: boolean
  /** Of the probes in their order that were answered in full, whatever became of the rest. */
  readonly parts: readonly Part[]
}

const CLOCK = "date_part('epoch',clock_timestamp())::text"

/** The statement, one column of text. The probes keep their order: without parallelism Append runs one after the other. */
export const bundleSql = (probes: readonly Probe[], major: number): string =>
  [
    `select ${CLOCK}`,
    ...probes.map((p) => `select q::text from (${sqlFor(p, major)?.trim()}) q union all select ${CLOCK}`),
  ].join('\nunion all ')

/** Takes the answer to `bundleSql`. */
export function receiveBundle(): Bundle {
  const parts: Part[] = []
  let rows: TextRow[] = []
  let last: number | undefined
  return {
    get began() {
      return last !== undefined
    },
    parts,
    row(buffer, at) {
      const from = at + 6
      const text = buffer.toString('utf8', from, from + buffer.readInt32BE(at + 2))
      if (text.startsWith('(')) {
        rows.push(readRecord(text))
        return
      }
      const clock = Number(text) * 1000
      if (last !== undefined) parts.push({ rows, from: last, clock })
      last = clock
      rows = []
    },
  }
}

/** The fields of a record as PostgreSQL writes it (record_out): null where there is nothing, quotes and backslashes doubled. */
export function readRecord(text: string): (string | null)[] {
  const fields: (string | null)[] = []
  const last = text.length - 1
  for (let at = 1; at <= last; at++) {
    if (text[at] === '"') {
      let value = ''
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"' || text[at] === '\\') at++
        value += text[at]
      }
      fields.push(value)
      at++
    } else {
      const comma = text.indexOf(',', at)
      const end = comma < 0 ? last : comma
      fields.push(end === at ? null : text.slice(at, end))
      at = end
    }
  }
  return fields
}
