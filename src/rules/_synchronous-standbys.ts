export interface SynchronousStandbys {
  /** How many must have confirmed before a commit returns. */
  readonly number: number
  readonly names: readonly string[]
}

const NAME = String.raw`(?:"(?:[^"]|"")*"|\*|[^\s,()"]+)`
const LIST = /^\s*(?:(?:(?:FIRST|ANY)\s+)?(\d+)\s*\((.*)\)|(.*))\s*$/is

/**
 * synchronous_standby_names: `[FIRST] n (a, b)`, `ANY n (a, b)` or `a, b`, which asks for one (syncrep_gram.y).
 * Undefined where none is asked for.
 */
export function parseSynchronousStandbys(text: string): SynchronousStandbys | undefined {
  const [, number, inner, plain] = LIST.exec(text) ?? []
  const names = Array.from((inner ?? plain ?? '').matchAll(new RegExp(NAME, 'g')), ([name]) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  )
  return names.length === 0 ? undefined : { number: number === undefined ? 1 : Number(number), names }
}
