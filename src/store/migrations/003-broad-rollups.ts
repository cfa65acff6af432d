import type { Migration } from '../migration.ts'

/** Folds the roll-ups of half an hour that there are into those of a day, as maintenance does from now on. */
export const broadRollups: Migration = {
  version: 3,
  sql: `
    insert or replace into rollup (series, width, bucket, n, sum, max)
    select series.id, 86400000, bucket - bucket % 86400000, sum(n), sum(sum), max(max)
    from target
      join series on series.target = target.id
      join rollup on rollup.series = series.id and width = 1800000
        and bucket < target.rolled_to - target.rolled_to % 86400000
    group by 1, 3;
  `,
}
