import type { Outcome, Reason } from '../core/outcome.ts'

type AnyRow = Readonly<Record<string, unknown>>

/** A table of facts as the API and `--json` give it: rows, or why there are none. */
export type FactsJson =
  | {
      readonly table: string
      readonly at: number | null
      readonly ok: true
      readonly rows: readonly AnyRow[]
    }
  | {
      readonly table: string
      readonly at: number | null
      readonly ok: false
      readonly reason: Reason
      readonly detail: string
      readonly fix?: string
    }

export function factsJson(
  table: string,
  state: { readonly outcome: Outcome; readonly at: number } | undefined,
): FactsJson {
  if (!state)
    return { table, at: null, ok: false, reason: 'pending', detail: `${table} has not been read yet` }
  return { table, at: state.at, ...state.outcome }
}
