import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type BulkSession, stateOf } from '../postgres/bulk-session.ts'
import { readCompressed, readText } from './files.ts'
import type { BackupFile, Manifest } from './manifest.ts'
import { splitSql } from './split-sql.ts'

/** A statement that the server refused. */
export interface Refusal {
  /** Its first line, shortened. */
  readonly statement: string
  readonly state: string | undefined
  readonly message: string
}

export interface ApplyOptions {
  readonly session: BulkSession
  readonly folder: string
  readonly manifest: Manifest
  readonly signal: AbortSignal
  readonly onProgress: (step: string, done: number) => void
  /** Told of each refusal; throws to stop there. */
  readonly onRefusal: (refusal: Refusal) => void
  /** Runs a statement in place of the session's `script`. */
  readonly run?: (statement: string) => Promise<unknown>
  /** Whether the rows of this file can go in at all. Default yes. */
  readonly takes?: (file: BackupFile) => Promise<boolean>
}

/** Runs the files of a built-in backup in their order on an empty database. */
export async function applyFiles(o: ApplyOptions): Promise<void> {
  const total = o.manifest.files.reduce((sum, f) => sum + f.bytes, 0)
  let done = 0
  for (const file of o.manifest.files) {
    o.signal.throwIfAborted()
    o.onProgress(`Restoring ${file.name}`, done / total)
    if (file.copy === undefined)
      await applySql(o.run ?? o.session.script, await readText(o.folder, file.name), o.onRefusal, o.signal)
    else if ((await o.takes?.(file)) ?? true) await copyIn(o, file, file.copy)
    done += file.bytes
  }
}

/** Runs a script statement by statement. */
export async function applySql(
  run: (statement: string) => Promise<unknown>,
  sql: string,
  onRefusal: ApplyOptions['onRefusal'],
  signal: AbortSignal,
): Promise<void> {
  for (const statement of splitSql(sql)) {
    signal.throwIfAborted()
    await run(statement).catch((error: unknown) => onRefusal(refusalOf(statement, error)))
  }
}

async function copyIn(o: ApplyOptions, file: BackupFile, copy: string): Promise<void> {
  try {
    const rows = o.session.copyIn(copy.trim().replace(/;$/, ''))
    await pipeline(readCompressed(o.folder, file.name), onlyRows(Buffer.byteLength(copy)), rows, {
      signal: o.signal,
    })
    const expected = o.manifest.tables.find((t) => t.file === file.name)?.rows
    if (expected !== undefined && rows.rowCount !== expected)
      throw new Error(`${rows.rowCount} rows came out of ${file.name}, not ${expected}`)
  } catch (error) {
    o.signal.throwIfAborted()
    o.onRefusal(refusalOf(copy, error))
  }
}

/** The rows of a file: without the statement before them and the end mark after them. */
function onlyRows(head: number): Transform {
  const END = 3
  let skip = head
  let kept: Buffer = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const from = Math.min(skip, chunk.length)
      skip -= from
      const all = Buffer.concat([kept, chunk.subarray(from)])
      const cut = Math.max(0, all.length - END)
      kept = all.subarray(cut)
      done(null, all.subarray(0, cut))
    },
    flush(done) {
      done(kept.toString('latin1') === '\\.\n' ? null : new Error('the end of the rows is missing'))
    },
  })
}

function refusalOf(statement: string, error: unknown): Refusal {
  const [line = ''] = statement.split('\n')
  return {
    statement: line.length > 120 ? `${line.slice(0, 119)}…` : line,
    state: stateOf(error),
    message: error instanceof Error ? error.message : String(error),
  }
}
