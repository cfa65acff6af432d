const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 }
/** As long as the history is kept, milliseconds. */
const MOST = 90 * 86_400_000

/** Milliseconds of a period such as `24h` or `30d`, at most 90 days; undefined for anything else. */
export function parsePeriod(text: string): number | undefined {
  const match = /^([1-9]\d{0,3})([hd])$/.exec(text)
  if (!match) return undefined
  const length = Number(match[1]) * (UNITS[match[2] as string] as number)
  return length <= MOST ? length : undefined
}
