/**
 * How long to wait before connecting again, in milliseconds: 1 s, doubling to 30 s, of which the upper half is random,
 * so that many monitors don't come back at the same moment.
 * @param attempt from 0
 * @param random from 0 (inclusive) to 1 (exclusive)
 */
export function reconnectDelay(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(30_000, 1000 * 2 ** Math.max(0, attempt))
  return Math.round(full / 2 + (full / 2) * random())
}
