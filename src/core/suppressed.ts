import type { Suppression } from './notice.ts'

/** A record of a finding that somebody decided to live with, while it lasts. */
export type WithSuppression<R> = R & { readonly suppression?: Suppression }

/** Records of findings with what suppresses those that are open. */
export function withSuppressions<R extends { readonly key: string; readonly resolvedAt: number | null }>(
  records: readonly R[],
  suppressions: readonly Suppression[],
): readonly WithSuppression<R>[] {
  const byKey = new Map(suppressions.map(({ key, reason, by, until }) => [key, { key, reason, by, until }]))
  return records.map((record) => {
    const suppression = record.resolvedAt === null ? byKey.get(record.key) : undefined
    return suppression ? { ...record, suppression } : record
  })
}
