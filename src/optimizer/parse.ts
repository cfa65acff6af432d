/** Reads SQL with PostgreSQL's own parser (version 18). Nothing is executed anywhere. */
import type { Node, ScanToken } from 'libpg-query'
import { AppError } from '../core/errors.ts'
import { createSource, type Source } from './source.ts'
import { as, kindOf, type NodeOf } from './syntax.ts'

/** Longest text that is read, in bytes. A list of 50,000 numbers still fits. */
export const MOST_BYTES = 512 * 1024

export type StatementKind = 'select' | 'insert' | 'update' | 'delete' | 'merge'
export type StatementNode = Extract<
  Node,
  | { SelectStmt: unknown }
  | { InsertStmt: unknown }
  | { UpdateStmt: unknown }
  | { DeleteStmt: unknown }
  | { MergeStmt: unknown }
>

/** One statement that can be planned, and its tree. */
export interface ParsedStatement {
  /** The statement without its semicolon; what stood before it is blanked, so offsets are those of the text given. */
  readonly source: Source
  readonly kind: StatementKind
  readonly node: StatementNode
  /** The same for texts that differ only in constants, parameters and layout: 16 hexadecimal digits. */
  readonly fingerprint: string
  /** The text with `$n` in place of constants. */
  readonly normalized: string
}

const KINDS: Readonly<Record<string, StatementKind>> = {
  SelectStmt: 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
}

type Parser = typeof import('libpg-query')
let parser: Parser | undefined

/** Loads the parser, about 0.1 s once. Everything below needs it. */
export async function loadParser(): Promise<void> {
  if (parser) return
  const module = await import('libpg-query')
  await module.loadModule()
  parser = module
}

function loaded(): Parser {
  if (!parser) throw new Error('loadParser() comes first')
  return parser
}

/** Whether loadParser() has been called, for what can do without. */
export const isParserLoaded = (): boolean => parser !== undefined

/**
 * The one statement of a text. Throws AppError with the place in it: `bad-sql` where it doesn't parse, `truncated-sql` where it ends too
 * early, `several-statements`, `not-plannable` for what has no plan (SET, CREATE, …), `sql-too-long`.
 */
export function parseStatement(text: string): ParsedStatement {
  try {
    return parseOnly(text)
  } catch (error) {
    // libpg-query's scanner stumbles over a comment within NOT IN, NULLS FIRST and the like; PostgreSQL doesn't.
    const plain = error instanceof AppError && error.code === 'bad-sql' ? withoutComments(text) : text
    if (plain === text) throw error
    return parseOnly(plain)
  }
}

function parseOnly(text: string): ParsedStatement {
  const source = createSource(text)
  if (source.bytes > MOST_BYTES)
    throw new AppError('sql-too-long', `it has ${source.bytes} bytes, ${MOST_BYTES} are the most`)
  // The parser is C and would take it as the end, hiding what follows.
  const zero = text.indexOf('\0')
  if (zero >= 0)
    throw new AppError('bad-sql', `a zero byte ${at(source, Buffer.byteLength(text.slice(0, zero)))}`)
  const statements = treeOf(source)
  const [first, second] = statements
  if (!first?.stmt) throw new AppError('bad-sql', 'there is no statement in it')
  if (second)
    throw new AppError(
      'several-statements',
      `the second, ${wordsOf(second.stmt)}, begins ${at(source, skipBlank(source, second.stmt_location ?? 0))}`,
    )
  const start = first.stmt_location ?? 0
  const kind = KINDS[kindOf(first.stmt)]
  if (!kind)
    throw new AppError('not-plannable', `${wordsOf(first.stmt)} ${at(source, skipBlank(source, start))}`)
  const own = only(source, start, first.stmt_len)
  return {
    source: own,
    kind,
    node: first.stmt as StatementNode,
    ...atMost(own, () => ({
      fingerprint: loaded().fingerprintSync(own.text),
      normalized: loaded().normalizeSync(own.text),
    })),
  }
}

/** The text with blanks in place of comments, byte by byte; unchanged where it has none or can't be scanned. */
function withoutComments(text: string): string {
  try {
    const bytes = Buffer.from(text)
    for (const { start, end, tokenName } of loaded().scanSync(text).tokens)
      if (tokenName.endsWith('COMMENT')) blank(bytes.subarray(start, end))
    return bytes.toString()
  } catch {
    return text
  }
}

/** The tree of a lone expression, such as an index's; undefined where it doesn't parse. */
export function parseExpression(text: string): Node | undefined {
  try {
    const [first, second] = loaded().parseSync(`SELECT ${text}`).stmts ?? []
    const targets = second ? [] : (as(first?.stmt, 'SelectStmt')?.targetList ?? [])
    return targets.length === 1 ? as(targets[0], 'ResTarget')?.val : undefined
  } catch {
    return undefined
  }
}

/** The tree of one SELECT that we wrote ourselves. */
export function selectOf(text: string): NodeOf<'SelectStmt'> {
  const select = as(loaded().parseSync(text).stmts?.[0]?.stmt, 'SelectStmt')
  if (!select) throw new Error(`not a SELECT: ${text}`)
  return select
}

/** The tokens of a text, with byte offsets; comments are left out. */
export const tokensOf = (text: string): readonly ScanToken[] =>
  loaded()
    .scanSync(text)
    .tokens.filter((t) => !t.tokenName.endsWith('COMMENT'))

function treeOf(source: Source): readonly NodeOf<'RawStmt'>[] {
  return atMost(source, () => loaded().parseSync(source.text).stmts ?? [])
}

/** Runs the parser, and says what it says in our words. */
function atMost<T>(source: Source, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError)
      throw new AppError('bad-sql', 'it is nested too deeply', { cause: error })
    const { message } = error as Error
    const characters = (error as { sqlDetails?: { cursorPosition: number } }).sqlDetails?.cursorPosition
    if (characters === undefined) throw new AppError('bad-sql', message, { cause: error })
    const offset = Buffer.byteLength([...source.text].slice(0, characters).join(''))
    const early = /at end of input$|^unterminated /.test(message)
    throw new AppError(early ? 'truncated-sql' : 'bad-sql', `${shorten(message)} ${at(source, offset)}`, {
      cause: error,
    })
  }
}

const shorten = (message: string): string => (message.length > 200 ? `${message.slice(0, 200)}…"` : message)

function at(source: Source, offset: number): string {
  const { line, column } = source.position(offset)
  return `at line ${line}, column ${column}`
}

/** `CreateStmt` as `a CREATE statement` reads to people. */
const wordsOf = (node: Node | undefined): string =>
  `a statement of the kind ${(node ? kindOf(node) : '')
    .replace(/Stmt$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()}`

/** Makes blanks of bytes, but keeps the lines. */
function blank(bytes: Uint8Array): void {
  for (const [i, byte] of bytes.entries()) if (byte !== 0x0a) bytes[i] = 0x20
}

/** The statement alone: what stands before it becomes blanks, byte by byte. */
function only(source: Source, start: number, length: number | undefined): Source {
  const bytes = Buffer.from(source.text)
  const head = bytes.subarray(0, start)
  if (head.includes(0x3b)) blank(head)
  const end = length === undefined ? bytes.length : start + length
  return createSource(
    Buffer.concat([head, bytes.subarray(start, end)])
      .toString()
      .trimEnd(),
  )
}

const skipBlank = (source: Source, offset: number): number =>
  offset + (source.slice(offset).match(/^\s*/)?.[0].length ?? 0)
