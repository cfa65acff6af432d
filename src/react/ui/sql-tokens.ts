/** Parts of a statement by what they are to the eye. For colours only: what a statement means is told by PostgreSQL's own parser. */
export interface SqlToken {
  readonly kind: 'keyword' | 'literal' | 'parameter' | 'comment' | 'plain'
  readonly text: string
  /** Where it begins, in UTF-16 units. */
  readonly at: number
}

const KEYWORDS = new Set(
  `add all alter analyze and any array as asc between both by case cast coalesce column commit conflict copy create cross current_date current_timestamp
  default delete desc distinct do drop else end except exists explain extract false fetch filter first following for from full
  group having ilike in index inner insert intersect interval into is isnull join key last lateral leading left like limit lock
  locked materialized merge natural next no not nothing null nulls of offset on only or order ordinality outer over
  overriding partition preceding primary range recursive returning right row rows select set similar skip some table
  tablesample then to trailing true truncate union unique unnest update using vacuum values when where window with within without`.split(
    /\s+/,
  ),
)

const TOKEN =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<literal>[ebnx]?'(?:[^']|'')*(?:'|$)|\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|(?<parameter>\$\d+)|(?<name>"(?:[^"]|"")*(?:"|$))|(?<word>[\p{L}_][\p{L}\p{N}_$]*)/giu

/** Cuts a statement into parts that together are the whole text. Pure; never fails, whatever the text. */
export function sqlTokens(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = []
  let end = 0
  const add = (kind: SqlToken['kind'], part: string, at: number) => {
    if (part !== '') tokens.push({ kind, text: part, at })
    end = at + part.length
  }
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > end) add('plain', text.slice(end, match.index), end)
    add(kindOf(match.groups ?? {}), match[0], match.index)
  }
  add('plain', text.slice(end), end)
  return tokens
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): SqlToken['kind'] {
  if (groups.comment !== undefined) return 'comment'
  if (groups.literal !== undefined) return 'literal'
  if (groups.parameter !== undefined) return 'parameter'
  return groups.word !== undefined && KEYWORDS.has(groups.word.toLowerCase()) ? 'keyword' : 'plain'
}

/** Where a line and a column stand in a text, in UTF-16 units; columns count characters, both from 1. Pure. */
export function indexOfPlace(text: string, { line, column }: { line: number; column: number }): number {
  let start = 0
  for (let i = 1; i < line; i++) {
    const next = text.indexOf('\n', start)
    if (next === -1) break
    start = next + 1
  }
  const characters = [...text.slice(start)].slice(0, column - 1)
  return start + characters.join('').length
}
