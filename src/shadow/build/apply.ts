import type { BulkSession } from '../../postgres/bulk-session.ts'

/** A piece of DDL and what it makes, for people. */
export interface Statement {
  readonly sql: string
  /** `schema.name` */
  readonly object: string
}

/** A statement that PostgreSQL refused, with what it said. */
export interface Failed extends Statement {
  readonly reason: string
}

/** A transaction that holds more locks and more work to repeat isn't quicker. */
const CHUNK = 200

/** Runs statements in order, a chunk in a transaction; a chunk that fails, statement by statement. Returns what was refused. */
export async function apply(session: BulkSession, statements: readonly Statement[]): Promise<Failed[]> {
  const failed: Failed[] = []
  for (let at = 0; at < statements.length; at += CHUNK)
    failed.push(...(await applyChunk(session, statements.slice(at, at + CHUNK))))
  return failed
}

async function applyChunk(session: BulkSession, chunk: readonly Statement[]): Promise<Failed[]> {
  if (chunk.length === 0) return []
  try {
    await session.script(chunk.map((s) => s.sql).join(';\n'))
    return []
  } catch (error) {
    if (chunk.length === 1) return [{ ...(chunk[0] as Statement), reason: messageOf(error) }]
  }
  // Halves: one bad statement in a chunk costs eight more round trips, not two hundred.
  const half = Math.ceil(chunk.length / 2)
  return [
    ...(await applyChunk(session, chunk.slice(0, half))),
    ...(await applyChunk(session, chunk.slice(half))),
  ]
}

/** Runs what failed again for as long as some of it succeeds: it may have needed something that came later. */
export async function applyAgain(session: BulkSession, failed: readonly Failed[]): Promise<Failed[]> {
  const left = failed.length === 0 ? [] : await apply(session, failed)
  return left.length > 0 && left.length < failed.length ? applyAgain(session, left) : left
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
