/**
 * Splits a script that pg_dump wrote into its statements, as psql does: a semicolon ends one, except in a string, a quoted
 * name, a comment, brackets, or the body of a function in standard SQL (BEGIN ATOMIC … END). Lines for psql itself
 * (`\restrict`) are left out. Holds with standard_conforming_strings on, which pg_dump sets.
 */
export function splitSql(sql: string): string[] {
  const statements: string[] = []
  let start = 0
  let depth = 0
  /** Words of a statement so far that may begin a function with a body in SQL. */
  let words: string[] = []
  let blocks = 0
  /** Whether the statement has begun: comments may stand before it. */
  let begun = false
  const token = new RegExp(TOKEN)
  for (let match = token.exec(sql); match; match = token.exec(sql)) {
    const [text] = match
    const { word, dollar, command } = match.groups as Record<string, string | undefined>
    if (text.startsWith('--')) continue
    if (command !== undefined && !begun) {
      start = token.lastIndex
      continue
    }
    begun ||= !text.startsWith('/*')
    if (command !== undefined) token.lastIndex = match.index + 1
    else if (dollar !== undefined) {
      const end = sql.indexOf(dollar, token.lastIndex)
      token.lastIndex = end < 0 ? sql.length : end + dollar.length
    } else if (text.startsWith('/*')) token.lastIndex = endOfComment(sql, match.index)
    else if (text === '(') depth++
    else if (text === ')') depth = Math.max(0, depth - 1)
    else if (word !== undefined) {
      const upper = word.toUpperCase()
      if (words.length < 4) words.push(upper)
      if (isRoutine(words) && depth === 0) blocks = blockDepth(blocks, upper)
    } else if (text === ';' && depth === 0 && blocks === 0) {
      const statement = sql.slice(start, token.lastIndex).trim()
      if (words.length > 0) statements.push(withoutHeading(statement))
      start = token.lastIndex
      words = []
      begun = false
    }
  }
  return statements
}

/** Strings (E'' with backslashes, others without), quoted names, line comments, then what the loop looks at. */
const TOKEN =
  /(?<![\w$])[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'|'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|--[^\n]*|\/\*|(?<![\w$])(?<dollar>\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)|(?<command>^\\[^\n]*)|(?<word>[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*)|[();]/gmsu

const isRoutine = ([first, second, third, fourth]: readonly string[]): boolean => {
  if (first !== 'CREATE') return false
  const kind = second === 'OR' && third === 'REPLACE' ? fourth : second
  return kind === 'FUNCTION' || kind === 'PROCEDURE'
}

/** BEGIN opens, CASE inside of it too; END closes. */
function blockDepth(depth: number, word: string): number {
  if (word === 'BEGIN') return depth + 1
  if (word === 'CASE') return depth > 0 ? depth + 1 : 0
  return word === 'END' ? Math.max(0, depth - 1) : depth
}

function endOfComment(sql: string, from: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = from
  let depth = 0
  for (let match = edge.exec(sql); match; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return sql.length
}

/** Without the comment lines that pg_dump puts above a statement. */
const withoutHeading = (statement: string): string => statement.replace(/^(?:--[^\n]*\n|\s)+/, '')
