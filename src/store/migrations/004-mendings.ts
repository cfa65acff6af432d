import type { Migration } from '../migration.ts'

/** What runs did about a finding, as JSON: the one that fixed it, that tried, that had fixed it before it came back. */
export const mendings: Migration = {
  version: 4,
  sql: `
    alter table finding add column fixed_by text;
    alter table finding add column tried_by text;
    alter table finding add column returned_after text;

    create index finding_fixed on finding (target, key) where fixed_by is not null;
  `,
}
