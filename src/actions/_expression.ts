import { cannotPlan } from './_relation.ts'

/** A function that an expression calls, as PostgreSQL looks it up. */
export interface CalledFunction {
  readonly schema: string | null
  readonly name: string
}

/** A query begins with one of these, and an expression for an index has none. */
const QUERIES = new Set(['select', 'values', 'table', 'insert', 'update', 'delete', 'merge'])
/** Values of the moment or of the session that are no functions by their look. */
const MOMENTARY = new Set(
  [
    'current_timestamp current_date current_time localtime localtimestamp current_user session_user',
    'system_user user current_role current_catalog current_schema',
  ].flatMap((names) => names.split(' ')),
)
const TOKEN =
  /(?<space> +)|(?<word>[a-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<quoted>"(?:[^"]|"")+")|(?<string>'(?:[^']|'')*')|(?<number>\d[\d.]*(?:e[+-]?\d+)?)|(?<other>[-+*/<>=~!@#%^&|`?.,:()[\]])/iuy

/**
 * Reads one expression that came from outside, so that it can stand in parentheses within a statement and nothing of it
 * can reach beyond them. Only what is plain: no comments, statement ends, dollar quotes, parameters, escape strings or
 * queries. What it means, PostgreSQL's own parser says. Returns what it calls. Throws AppError `cannot-plan`.
 */
export function checkExpression(text: string, what: string): readonly CalledFunction[] {
  const refuse = (why: string): never => {
    throw cannotPlan(`the ${what} ${JSON.stringify(text)} ${why}`)
  }
  const open: string[] = []
  const called: CalledFunction[] = []
  let name: string[] = []
  let last = ''
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(text)
    if (!found?.groups)
      return refuse(`has ${JSON.stringify(text[at])} at ${at + 1}, which is not taken there`)
    const [token] = found
    at += token.length
    const { space, word, quoted, string } = found.groups
    if (space !== undefined) continue
    const before = text[found.index - 1] ?? ''
    // E'…', U&"…", B'…': what stands in them is not what is read here.
    if ((string ?? quoted) !== undefined && /[\w$&\u0080-\uffff'"]/.test(before))
      refuse('has a string with a prefix')
    const pair = (last === '-' && token === '-') || (last === '/' && token === '*')
    if (pair && !/ /.test(before)) refuse('has a comment')
    if (word !== undefined || quoted !== undefined) {
      const own = word?.toLowerCase() ?? (quoted as string).slice(1, -1).replaceAll('""', '"')
      if (word !== undefined && QUERIES.has(own)) refuse(`has a query (${own})`)
      if (word !== undefined && MOMENTARY.has(own)) refuse(`has ${own}, which is not the same each time`)
      name = last === '.' ? [...name, own] : [own]
    } else if (token === '(' && name.length > 0) {
      called.push({ schema: name.at(-2) ?? null, name: name.at(-1) as string })
      name = []
    } else if (token !== '.') name = []
    if (token === '(' || token === '[') open.push(token)
    if (token === ')' || token === ']') {
      if (open.pop() !== (token === ')' ? '(' : '[')) refuse('has parentheses that do not match')
    }
    if (token === ',' && open.length === 0) refuse('is more than one')
    last = token
  }
  if (open.length > 0) refuse('has parentheses that do not match')
  if (last === '') refuse('is empty')
  return called
}
