import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '../core/errors.ts'
import { loadParser, MOST_BYTES } from '../optimizer/parse.ts'
import { connect } from '../postgres/session.ts'
import type { ConnectionSpec } from '../postgres/url.ts'
import databases from '../probes/databases.ts'
import roleNames from '../probes/role-names.ts'
import statementTexts from '../probes/statement-texts.ts'
import statements from '../probes/statements.ts'
import { statementIn } from '../query-list.ts'
import type { AskedStatement } from '../query-report.ts'
import type { Io } from './io.ts'

/** Where the statement comes from, as it was written on the command line. */
export interface StatementSource {
  readonly queryId: string | undefined
  readonly file: string | undefined
  /** The text itself, or `-` for what is piped in. */
  readonly text: string | undefined
}

/** The statement that a command is about. Throws AppError `usage`, `unknown-query`, `no-statements`, what `connect` throws. */
export async function readStatement(
  source: StatementSource,
  spec: ConnectionSpec,
  io: Io,
): Promise<AskedStatement> {
  const { queryId, file, text } = source
  const given = [queryId, file, text].filter((g) => g !== undefined).length
  if (given !== 1)
    throw new AppError('usage', 'give one of --query-id <n>, --file <file>, - or the text of a statement')
  if (queryId !== undefined) return knownStatement(queryId, spec)
  if (text !== undefined) return { sql: text === '-' ? await io.input(MOST_BYTES) : text }
  try {
    return { sql: await readFile(resolve(io.cwd, file ?? ''), 'utf8') }
  } catch (error) {
    throw new AppError('usage', `--file ${file}: ${(error as Error).message}`, { cause: error })
  }
}

/** Out of pg_stat_statements. */
async function knownStatement(queryId: string, spec: ConnectionSpec): Promise<AskedStatement> {
  if (!/^-?\d{1,19}$/.test(queryId))
    throw new AppError('usage', `--query-id is "${queryId}", not a pg_stat_statements.queryid`)
  await loadParser()
  const session = await connect(spec)
  try {
    const { at, results } = await session.flight([
      { probe: statements },
      { probe: databases },
      { probe: statementTexts, values: [queryId] },
    ])
    const outcome = results.get(statements.name)?.outcome
    if (!outcome?.ok)
      throw new AppError('no-statements', [outcome?.detail, outcome?.fix].filter(Boolean).join('; '))
    const ran = outcome.rows.filter((row) => row.query_id === queryId).map((row) => row.user_id as number)
    const named = await session.flight([{ probe: roleNames, values: ran }])
    const all = [...results, ...named.results]
    const tables = new Map(all.map(([name, result]) => [name, { outcome: result.outcome, at }]))
    return statementIn({ tables, capabilities: session.capabilities }, queryId)
  } finally {
    await session.close()
  }
}
