import { createHash } from 'node:crypto'
import { qualifiedName } from '../core/identifier.ts'
import type { Snapshot } from './snapshot.ts'

/** What a database of the shadow was built from, as digests. */
export interface Note {
  readonly format: number
  /** Of what all tables rest on: another means to build anew. */
  readonly ground: string
  /** Collation of columns where the database can't have the watched one's. */
  readonly collation: string | null
  /** Types that are stubs. */
  readonly stubs: readonly string[]
  readonly missing: readonly string[]
  /** By quoted names of relations: definition, then statistics and size. */
  readonly relations: Readonly<Record<string, readonly [string, string]>>
  /** What could not be built. */
  readonly failed: readonly { readonly object: string; readonly reason: string }[]
}

/** Raise it when what is built from the same snapshot changes. */
export const FORMAT = 1

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64').slice(0, 20)

export function digests(snapshot: Snapshot): Pick<Note, 'ground' | 'relations'> {
  const { database, extensions, collations, types, functions, roles } = snapshot
  const names = new Map(
    [...snapshot.relations, ...snapshot.indexes].map((r) => [r.oid, `${r.schema}.${r.name}`]),
  )
  const by = <T extends { readonly relation: number }>(rows: readonly T[]) =>
    Map.groupBy(rows, (r) => r.relation)
  const columns = by(snapshot.columns)
  const constraints = by(snapshot.constraints)
  const indexes = by(snapshot.indexes)
  const policies = by(snapshot.policies)
  const statistics = by(snapshot.statistics)
  const extended = by(snapshot.extendedStatistics)
  const parents = Map.groupBy(snapshot.inheritance, (i) => i.child)
  const relations = snapshot.relations.map((r) => {
    const own = indexes.get(r.oid) ?? []
    const parts = [r, ...own].flatMap((x) => parents.get(x.oid) ?? []).map((i) => names.get(i.parent))
    const { kind, owner, options, rowSecurity, forceRowSecurity, partitionKey, partitionBound, definition } =
      r
    const shape = [
      ...[
        kind,
        owner,
        options,
        rowSecurity,
        forceRowSecurity,
        partitionKey,
        partitionBound,
        definition,
        parts,
      ],
      columns.get(r.oid)?.map(({ relation: _, ...c }) => c),
      constraints.get(r.oid)?.map((c) => [c.name, c.kind, c.definition, names.get(c.referenced)]),
      own.map((i) => [i.name, i.definition, i.valid]),
      policies.get(r.oid)?.map(({ relation: _, ...p }) => p),
      extended.get(r.oid)?.map((s) => s.definition),
    ]
    const contents = [
      ...[r.pages, r.tuples, r.allVisible, r.bytes],
      own.map((i) => [i.pages, i.tuples, i.bytes]),
      [r.oid, ...own.map((i) => i.oid)].map((oid) => statistics.get(oid)),
      extended.get(r.oid)?.map((s) => s.data),
    ]
    return [qualifiedName(r.schema, r.name), [digest(shape), digest(contents)] as const] as const
  })
  const { version, encoding, collate, ctype, provider, locale } = database
  const major = Math.floor(version / 10_000)
  const ground = digest([
    ...[major, encoding, collate, ctype, provider, locale, extensions, collations, types, functions, roles],
  ])
  return { ground, relations: Object.fromEntries(relations) }
}

export interface Changes {
  /** Relations to make anew, with all that they are parts of or that are parts of them. */
  readonly shape: ReadonlySet<number>
  /** Relations whose statistics or size changed. */
  readonly contents: ReadonlySet<number>
  /** Relations that are there and no longer wanted, by their quoted names. */
  readonly gone: readonly string[]
}

/** What differs from what was built; undefined where all has to be made anew. Pure. */
export function changes(
  snapshot: Snapshot,
  note: Note | undefined,
  now: Pick<Note, 'ground' | 'relations'>,
): Changes | undefined {
  if (note?.format !== FORMAT || note.ground !== now.ground) return undefined
  const oids = new Map(snapshot.relations.map((r) => [qualifiedName(r.schema, r.name), r.oid]))
  const differ = (at: 0 | 1) =>
    Object.entries(now.relations).flatMap(([name, d]) =>
      note.relations[name]?.[at] === d[at] ? [] : [oids.get(name) ?? 0],
    )
  const shape = withRelated(snapshot, new Set(differ(0)))
  const contents = new Set(differ(1).filter((oid) => !shape.has(oid)))
  const gone = Object.keys(note.relations).filter((name) => now.relations[name] === undefined)
  return { shape, contents, gone }
}

/** With the whole partition tree, since dropping one part of it takes others along. */
function withRelated({ inheritance, relations }: Snapshot, oids: ReadonlySet<number>): ReadonlySet<number> {
  const tables = new Set(relations.map((r) => r.oid))
  const all = new Set(oids)
  for (let size = -1; size !== all.size; ) {
    size = all.size
    for (const { child, parent } of inheritance) {
      if (!tables.has(child)) continue
      if (all.has(child)) all.add(parent)
      if (all.has(parent)) all.add(child)
    }
  }
  return all
}
