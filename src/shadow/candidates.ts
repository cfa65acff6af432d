import { AppError } from '../core/errors.ts'
import { qualifiedName } from '../core/identifier.ts'
import { serverAccount } from '../embedded/account.ts'
import type { PlanNode } from '../optimizer/plan-node.ts'
import type { IndexSpec } from '../optimizer/planner.ts'
import { btreeHeight } from './build/btree-height.ts'
import { BLOCK, deduplicates } from './build/btree-pages.ts'
import type { Sessions } from './build/build.ts'
import { emptyHeap, readMetapage, setBlocks, setHeight } from './build/relation-file.ts'
import { filePaths } from './build/sizes.ts'
import type { OidMap } from './build/statistics.ts'
import { indexPages } from './index-size.ts'
import { measure } from './size-facts.ts'

/** The index on one table or partition. */
export interface Part {
  readonly oid: number
  readonly name: string
  readonly bytes: number
}

/** Of pg_class. */
interface Counts {
  readonly oid: number
  readonly pages: number
  readonly tuples: number
  readonly visible: number
}

interface Heap extends Counts {
  readonly kind: string
  readonly name: string
  readonly blocks: number
}

/** Names of hypothetical indexes begin with it. */
export const CANDIDATE = 'pgtend_candidate_'

export interface CandidatesOptions {
  readonly sessions: Sessions
  readonly dataDir: string
  /** Plans without row security, for estimates. */
  readonly explain: (sql: string) => Promise<PlanNode>
  /** Oids here by those of the watched server, for the existing indexes that a plan is to do without. */
  readonly oids: OidMap
}

/** Makes hypothetical indexes in a database of the shadow, and shows and hides indexes. */
export class Candidates {
  readonly #o: CandidatesOptions
  #shown: ReadonlySet<number> = new Set()
  #hidden: ReadonlySet<number> = new Set()

  constructor(options: CandidatesOptions) {
    this.#o = options
  }

  /** Builds the index on files without rows, then gives it the size that it would have. Throws what PostgreSQL said. */
  async make(spec: IndexSpec, ddl: string, name: string): Promise<Part[]> {
    const { sessions, dataDir } = this.#o
    const { admin, builder } = sessions
    const heaps = await this.#heaps(spec)
    const stored = heaps.filter((h) => h.kind === 'r')
    const paths = await filePaths(
      admin,
      dataDir,
      stored.map((h) => h.oid),
    )
    const owner = serverAccount(dataDir)
    // CREATE INDEX reads the whole file, and notes in pg_class that it found no row.
    for (const h of stored) emptyHeap(paths.get(h.oid) as string)
    try {
      await builder.query(ddl)
    } finally {
      for (const h of stored) setBlocks(paths.get(h.oid) as string, h.blocks, owner)
    }
    await this.#setCounts(stored)
    const parts = await this.#partsOf(qualifiedName(spec.schema, name))
    await admin.query('UPDATE pg_index SET indisvalid = false WHERE indexrelid = ANY ($1::oid[])', [
      parts.map((p) => p.oid),
    ])
    try {
      return await this.#size(spec, parts, new Map(stored.map((h) => [h.oid, h])))
    } catch (error) {
      await this.drop(qualifiedName(spec.schema, name))
      throw error
    }
  }

  /** From now on plans see these hypothetical indexes, and don't see those existing ones. */
  async show(oids: readonly number[], without: readonly string[]): Promise<void> {
    const shown = new Set(oids)
    const hidden = new Set(without.length === 0 ? [] : await this.#existing(without))
    const on = [...minus(shown, this.#shown), ...minus(this.#hidden, hidden)]
    const off = [...minus(this.#shown, shown), ...minus(hidden, this.#hidden)]
    if (on.length + off.length > 0)
      await this.#o.sessions.admin.query(
        'UPDATE pg_index SET indisvalid = (indexrelid = ANY ($1::oid[])) WHERE indexrelid = ANY ($1::oid[] || $2::oid[])',
        [on, off],
      )
    this.#shown = shown
    this.#hidden = hidden
  }

  async drop(name: string): Promise<void> {
    const gone = new Set((await this.#partsOf(name)).map((p) => p.oid))
    await this.#o.sessions.builder.script(`DROP INDEX IF EXISTS ${name}`)
    this.#shown = new Set(minus(this.#shown, gone))
  }

  /** Removes what an earlier run left, and shows all existing indexes. */
  async clear(): Promise<void> {
    const { admin } = this.#o.sessions
    const rows = await admin.query(
      `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relname LIKE '${CANDIDATE.replaceAll('_', '\\_')}%' AND c.relkind IN ('i', 'I') AND NOT c.relispartition`,
    )
    if (rows.length > 0) await admin.script(`DROP INDEX ${rows.map((r) => r.name).join(', ')}`)
    await admin.query(
      `UPDATE pg_index SET indisvalid = true WHERE NOT indisvalid AND indexrelid = ANY ($1::oid[])`,
      [[...this.#o.oids.values()]],
    )
  }

  /** The table and, of a partitioned one, all below it. */
  async #heaps(spec: IndexSpec): Promise<Heap[]> {
    const rows = await this.#o.sessions.admin.query(
      `WITH RECURSIVE t(oid) AS (
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')
        UNION ALL SELECT i.inhrelid FROM t JOIN pg_class c ON c.oid = t.oid AND c.relkind = 'p' JOIN pg_inherits i ON i.inhparent = t.oid)
      SELECT c.oid::text, c.relkind AS kind, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, c.relpages::text AS pages, c.reltuples::text AS tuples,
        c.relallvisible::text AS visible, CASE WHEN c.relkind = 'r' THEN pg_relation_size(c.oid) / ${BLOCK} ELSE 0 END::text AS blocks
      FROM t JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace`,
      [spec.schema, spec.table],
    )
    if (rows.length === 0) throw new AppError('cannot-plan', 'there is no such table in the private planner')
    return rows.map((r) => ({
      ...{ oid: Number(r.oid), kind: r.kind ?? '', name: r.name ?? '' },
      ...{
        pages: Number(r.pages),
        tuples: Number(r.tuples),
        visible: Number(r.visible),
        blocks: Number(r.blocks),
      },
    }))
  }

  async #setCounts(counts: readonly Counts[]): Promise<void> {
    await this.#o.sessions.admin.query(
      `UPDATE pg_class c SET relpages = r.pages, reltuples = r.tuples, relallvisible = r.visible
       FROM json_to_recordset($1::json) AS r(oid oid, pages int4, tuples real, visible int4) WHERE c.oid = r.oid`,
      [JSON.stringify(counts.map(({ oid, pages, tuples, visible }) => ({ oid, pages, tuples, visible })))],
    )
  }

  /** The index itself and, of a partitioned table's, those of the partitions. */
  async #partsOf(name: string): Promise<{ oid: number; name: string; table: number; kind: string }[]> {
    const rows = await this.#o.sessions.admin.query(
      `WITH RECURSIVE t(oid) AS (SELECT to_regclass($1)::oid UNION ALL SELECT i.inhrelid FROM t JOIN pg_inherits i ON i.inhparent = t.oid)
       SELECT c.oid::text, c.relname AS name, x.indrelid::text AS table, c.relkind AS kind
       FROM t JOIN pg_index x ON x.indexrelid = t.oid JOIN pg_class c ON c.oid = t.oid`,
      [name],
    )
    return rows.map((r) => ({
      oid: Number(r.oid),
      name: r.name ?? '',
      table: Number(r.table),
      kind: r.kind ?? '',
    }))
  }

  async #size(
    spec: IndexSpec,
    parts: readonly { oid: number; name: string; table: number; kind: string }[],
    heaps: ReadonlyMap<number, Heap>,
  ): Promise<Part[]> {
    const { sessions, dataDir, explain } = this.#o
    const paths = await filePaths(
      sessions.admin,
      dataDir,
      parts.map((p) => p.oid),
    )
    const sized: Part[] = []
    const counts: Counts[] = []
    for (const part of parts) {
      const [heap, path] = [heaps.get(part.table), paths.get(part.oid)]
      if (!heap || path === undefined) {
        sized.push({ oid: part.oid, name: part.name, bytes: 0 })
        continue
      }
      const btree = spec.method === 'btree'
      const table = { name: heap.name, heapPages: heap.blocks }
      const { facts, keys } = await measure(
        ...([sessions.admin, explain, spec, part.oid, table] as const),
        btree && deduplicates(readMetapage(path)),
      )
      const pages = indexPages(facts)
      const height = btree ? btreeHeight(pages, facts.rows, keys) : 0
      if (btree) setHeight(path, height)
      setBlocks(path, Math.max(pages, height + 2), serverAccount(dataDir))
      counts.push({ oid: part.oid, pages, tuples: facts.rows, visible: 0 })
      sized.push({ oid: part.oid, name: part.name, bytes: pages * BLOCK })
    }
    await this.#setCounts(counts)
    return sized
  }

  /** Oids here of existing indexes, with the parts of partitioned ones. */
  async #existing(names: readonly string[]): Promise<number[]> {
    const oids = names.flatMap((n) => (/^\d+$/.test(n) ? [this.#o.oids.get(Number(n)) ?? 0] : []))
    const rows = await this.#o.sessions.admin.query(
      `WITH RECURSIVE t(oid) AS (
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('i', 'I')
          AND (c.oid = ANY ($1::oid[]) OR n.nspname || '.' || c.relname = ANY ($2::text[]))
        UNION ALL SELECT i.inhrelid FROM t JOIN pg_inherits i ON i.inhparent = t.oid)
      SELECT oid::text FROM t`,
      [oids, names],
    )
    const found = rows.map((r) => Number(r.oid))
    if (found.length === 0) throw new AppError('cannot-plan', `no such index: ${names.join(', ')}`)
    return found
  }
}

const minus = (a: ReadonlySet<number>, b: ReadonlySet<number>): number[] => [...a].filter((x) => !b.has(x))
