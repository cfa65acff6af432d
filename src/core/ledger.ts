/**
 * What the ledger holds. `audit` is append-only: an entry can't be changed or removed.
 * A kind's values have one shape, declared by the folder that writes it.
 */
export type EntryKind =
  | 'alert'
  | 'outbox'
  | 'silence'
  | 'suppression'
  | 'audit'
  | 'job'
  | 'attempt'
  | 'cancel'
  | 'lease'
  | 'schedule'
  | 'maintenance'
  | 'recovery'
  | 'backup'
  | 'measurement'

export interface Entry<V = unknown> {
  readonly kind: EntryKind
  /** Unique within its kind. */
  readonly id: string
  /** The target that it is about; empty where it is about none. */
  readonly target: string
  /** Epoch milliseconds: what it is sorted by. */
  readonly at: number
  /** 1 when written first, one more with each change. */
  readonly version: number
  /** JSON. */
  readonly value: V
}

/** One change. `version` is the one that the writer has seen: 0 means that there must be none yet. */
export interface Change<V = unknown> extends Omit<Entry<V>, 'value'> {
  /** Null removes the entry. */
  readonly value: V | null
}

/** Small documents with versions, written together or not at all: state that must survive a kill and never fork. */
export interface Ledger {
  /** True when all was written; false, and nothing written, when some version wasn't the one in the store. On disk when it resolves. */
  write(changes: readonly Change[]): Promise<boolean>
  get<V>(kind: EntryKind, id: string): Promise<Entry<V> | undefined>
  /** Newest first. `since`: at ≥ since. Default limit 1000. */
  list<V>(
    kind: EntryKind,
    filter?: { readonly target?: string; readonly since?: number; readonly limit?: number },
  ): Promise<readonly Entry<V>[]>
}
