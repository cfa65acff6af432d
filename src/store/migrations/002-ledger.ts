import type { Migration } from '../migration.ts'

/** Documents with versions. That the audit log is append-only is held by the database, not by good manners. */
export const ledger: Migration = {
  version: 2,
  sql: `
    create table entry (
      kind text not null,
      id text not null,
      target text not null,
      at integer not null,
      version integer not null,
      value text not null,
      primary key (kind, id)
    ) strict, without rowid;

    create index entry_by_time on entry (kind, at);
    create index entry_by_target on entry (kind, target, at);

    create trigger audit_never_changes before update on entry when old.kind = 'audit'
    begin select raise(abort, 'the audit log is append-only'); end;

    create trigger audit_never_goes before delete on entry when old.kind = 'audit'
    begin select raise(abort, 'the audit log is append-only'); end;
  `,
}
