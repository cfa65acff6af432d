import { AppError } from '../core/errors.ts'
import { type ParsedStatement, parseStatement } from './parse.ts'
import { type Edit, splice, tokensIn } from './splice.ts'
import { as, lastName, locationOf, walk } from './syntax.ts'

/**
 * The text in a form that PREPARE takes. pg_stat_statements puts `$n` where the grammar has a literal: `interval $1`, `extract($1 FROM x)`.
 * libpg-query reads that, the server does not.
 */
export function plannableText(parsed: ParsedStatement): string {
  const { source } = parsed
  const edits: Edit[] = []
  const tokens = tokensIn(source)
  walk(parsed.node, (node) => {
    const cast = as(node, 'TypeCast')
    const typed = as(cast?.arg, 'ParamRef')
    const type = cast?.typeName
    if (typed && type && locationOf(type) < locationOf(typed)) {
      const start = locationOf(type)
      const token = tokens.at(locationOf(typed))
      const first = tokens.at(start)
      const written = first?.text.toLowerCase() === 'cast'
      if (token && first && !written && source.slice(start, token.start).trim() !== '') {
        const name = source.slice(start, token.start).trim()
        edits.push({ from: start, to: token.end, text: `CAST(${token.text} AS ${name})` })
      }
    }
    const call = as(node, 'FuncCall')
    const field = as(call?.args?.[0], 'ParamRef')
    if (call && field && lastName(call.funcname) === 'extract' && call.funcformat === 'COERCE_SQL_SYNTAX') {
      const from = tokens.list.find((t) => t.start > locationOf(field) && t.text.toLowerCase() === 'from')
      if (from)
        edits.push({
          from: locationOf(call),
          to: from.end,
          text: `pg_catalog.extract($${field.number ?? 0},`,
        })
    }
    return undefined
  })
  if (edits.length === 0) return source.text
  // A change that can't be read is none.
  try {
    return parseStatement(splice(source, edits)).source.text
  } catch (error) {
    if (error instanceof AppError) return source.text
    throw error
  }
}

/** The greatest `$n` of a statement: how many parameters it takes. */
export function parameterCount(parsed: ParsedStatement): number {
  let most = 0
  walk(parsed.node, (node) => {
    most = Math.max(most, as(node, 'ParamRef')?.number ?? 0)
    return undefined
  })
  return most
}
