import type { Migration } from '../migration.ts'

/**
 * Raw points are keyed by time first: a cycle's points then land on one or two pages, where a key by series
 * would touch (and write) one page for each series. Roll-ups are keyed by series, as long ranges are read.
 */
export const history: Migration = {
  version: 1,
  sql: `
    create table target (
      id integer primary key,
      name text not null unique,
      -- Points before rolled_to are in the roll-ups of 5 minutes, those before its half hour in those of 30; raw points before raw_from are gone.
      rolled_to integer not null default 0,
      raw_from integer not null default 0,
      -- Grows when series are removed, so that writers forget the ids that they remember.
      series_epoch integer not null default 0
    ) strict;

    create table series (
      id integer primary key,
      target integer not null references target (id),
      metric text not null,
      labels text not null,
      unique (target, metric, labels)
    ) strict;

    create table point (
      target integer not null,
      at integer not null,
      series integer not null,
      value real not null,
      primary key (target, at, series)
    ) strict, without rowid;

    create table rollup (
      series integer not null,
      width integer not null,
      bucket integer not null,
      n integer not null,
      sum real not null,
      max real not null,
      primary key (series, width, bucket)
    ) strict, without rowid;

    create table finding (
      id integer primary key,
      target integer not null references target (id),
      key text not null,
      rule text not null,
      subject text not null,
      severity text not null,
      title text not null,
      value real not null,
      unit text not null,
      summary text not null,
      evidence text not null,
      first_seen integer not null,
      last_seen integer not null,
      resolved_at integer
    ) strict;

    create unique index finding_open on finding (target, key) where resolved_at is null;
    create index finding_resolved on finding (target, resolved_at);
  `,
}
