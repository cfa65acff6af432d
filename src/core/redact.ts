/** What PostgreSQL 18 writes in place of the further values of a list. */
const MORE_VALUES = '/*, ... */'
/** What stands in place of a literal or of what a comment said. */
const MASK = '?'

const BLANK = /\s+/y
const QUOTED_IDENTIFIER = /"(?:[^"]|"")*"?/y
const PARAMETER = /\$\d+/y
const DOLLAR_QUOTE = /\$(?:[a-zA-Z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const IDENTIFIER = /[a-zA-Z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const ESCAPE_STRING = /'(?:[^'\\]|''|\\[\s\S])*('?)/y
const PLAIN_STRING = /'(?:[^']|'')*('?)/y
// Letters are taken along: `12ab` is two tokens to older servers, and might have been one value to its writer.
const NUMBER = /(?:\d[\w\u0080-\uffff]*\.?|\.\d)[\w\u0080-\uffff]*(?:(?<=[eE])[+-]\d[\w\u0080-\uffff]*)?/y

/**
 * The statement without what was written into it: strings, numbers and the contents of comments become `?`.
 * Names, keywords, operators and `$1` stay. The text may be cut off anywhere: a literal without an end is masked to
 * the end. Follows PostgreSQL's lexer (src/backend/parser/scan.l); in doubt it masks.
 */
export function redactLiterals(sql: string): string {
  let out = ''
  let at = 0
  let match = ''
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.exec(sql)
    if (!found || found[0] === '') return false
    match = found[0]
    at += match.length
    return true
  }
  while (at < sql.length) {
    if (sql.startsWith('--', at)) {
      const end = sql.indexOf('\n', at)
      out += `--${MASK}`
      at = end === -1 ? sql.length : end
    } else if (sql.startsWith(MORE_VALUES, at)) {
      out += MORE_VALUES
      at += MORE_VALUES.length
    } else if (sql.startsWith('/*', at)) {
      out += `/*${MASK}*/`
      at = endOfComment(sql, at)
    } else if (sql[at] === "'") {
      const start = at
      take(PLAIN_STRING)
      out += MASK
      // With standard_conforming_strings off, a backslash before the quote means that the string goes on.
      if (endsWithEscape(sql, start, at)) return out
    } else if (take(QUOTED_IDENTIFIER) || take(PARAMETER)) out += match
    else if (take(DOLLAR_QUOTE)) {
      const end = sql.indexOf(match, at)
      out += MASK
      at = end === -1 ? sql.length : end + match.length
    } else if (take(IDENTIFIER)) {
      const isPrefix = sql[at] === "'" && /^[eEbBxXnN]$/.test(match)
      if (!isPrefix) out += match
      else if (match === 'e' || match === 'E') {
        take(ESCAPE_STRING)
        out += MASK
        // A backslash at the very end of a cut-off string is matched by nothing.
        if (!match.endsWith("'") || match.length === 1) return out
      }
    } else if (take(NUMBER)) out += MASK
    else if (take(BLANK)) out += match
    else out += sql[at++]
  }
  return out
}

/** Where a block comment ends. They nest. */
function endOfComment(sql: string, from: number): number {
  let depth = 0
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  for (let found = mark.exec(sql); found; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return sql.length
}

/** Whether any quote inside or at the end of the string could have been an escaped one. */
const endsWithEscape = (sql: string, start: number, end: number): boolean =>
  sql.slice(start + 1, end).includes("\\'")
