/** Text with its parameters found: `$n` outside of strings, quoted names, comments and dollar quotes. */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|\$(\d+)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g

/**
 * Replaces `$n`: by its literal where there is one, else by a parameter numbered anew without gaps, since PREPARE refuses `$2` without `$1`.
 * What is not known is never NULL: that would fold a comparison to nothing. Returns the text and the number of parameters left. Pure.
 */
export function substitute(
  sql: string,
  values: readonly (string | null)[] | undefined,
): { readonly sql: string; readonly parameters: number } {
  const numbers = new Map<number, number>()
  const out = replaceParameters(sql, (n) => {
    const literal = values?.[n - 1]
    // In brackets a sign stays with its number: `a-$1` is not to become `a--1`.
    if (literal != null) return /^-/.test(literal) ? `(${literal})` : literal
    const number = numbers.get(n) ?? numbers.size + 1
    numbers.set(n, number)
    return `$${number}`
  })
  return { sql: out, parameters: numbers.size }
}

/** Gives `$n` the type text, where its place tells none. Pure. */
export const asText = (sql: string, parameter: number): string =>
  replaceParameters(sql, (n) => (n === parameter ? `$${n}::text` : `$${n}`))

function replaceParameters(sql: string, replace: (n: number) => string): string {
  const parts: string[] = []
  let from = 0
  let at = 0
  for (;;) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(sql)
    if (!match) return parts.join('') + sql.slice(from)
    const [text, , parameter] = match
    at = match.index + text.length
    if (parameter !== undefined) {
      parts.push(sql.slice(from, match.index), replace(Number(parameter)))
      from = at
    } else if (text === '/*') at = endOfComment(sql, at)
    else if (text.startsWith('$')) at = endOf(sql, text, at)
    else if (/^e$/i.test(text) && sql[at] === "'") at = endOfEscaped(sql, at + 1)
  }
}

function endOf(sql: string, what: string, from: number): number {
  const at = sql.indexOf(what, from)
  return at < 0 ? sql.length : at + what.length
}

/** Comments nest. */
function endOfComment(sql: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  for (let depth = 1; depth > 0; ) {
    const match = mark.exec(sql)
    if (!match) return sql.length
    depth += match[0] === '/*' ? 1 : -1
    from = mark.lastIndex
  }
  return from
}

function endOfEscaped(sql: string, from: number): number {
  const rest = /(?:[^'\\]|\\[\s\S]|'')*'?/y
  rest.lastIndex = from
  rest.exec(sql)
  return rest.lastIndex
}
