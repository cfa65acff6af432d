import type { Severity } from '../../core/rule.ts'
import css from './sql.module.css'
import { type SqlToken, sqlTokens } from './sql-tokens.ts'

/** A place in the text that something is said about. */
export interface SqlMark {
  /** In UTF-16 units. */
  readonly at: number
  /** Names what is said about it, beside the text. */
  readonly number: number
  readonly tone: Severity
}

export interface SqlProps {
  readonly text: string
  readonly marks?: readonly SqlMark[]
}

/** The text of a statement in colours, with marked places underlined and numbered. */
export function Sql({ text, marks = [] }: SqlProps) {
  return (
    <code className={css.sql}>
      {sqlTokens(text).flatMap((token) => {
        const here = marks.filter((m) => m.at >= token.at && m.at < token.at + token.text.length)
        return here.length === 0 ? [<Token key={token.at} token={token} />] : marked(token, here)
      })}
    </code>
  )
}

const Token = ({ token: { kind, text } }: { readonly token: SqlToken }) =>
  kind === 'plain' ? text : <i data-kind={kind}>{text}</i>

/** A name or word is underlined whole; of the rest only the sign that is meant, so that spaces before it are not. */
function marked(token: SqlToken, marks: readonly SqlMark[]) {
  const [first] = marks
  if (!first) return []
  const from = token.kind === 'plain' ? first.at - token.at : 0
  const length =
    token.kind === 'plain'
      ? (/^[\p{L}\p{N}_"$]+|^\S/u.exec(token.text.slice(from))?.[0].length ?? 1)
      : undefined
  const to = length === undefined ? token.text.length : from + length
  const part = (start: number, end?: number): SqlToken => ({
    ...token,
    ...{ text: token.text.slice(start, end), at: token.at + start },
  })
  return [
    <Token key={token.at - 0.5} token={part(0, from)} />,
    <mark key={token.at} data-tone={first.tone}>
      <Token token={part(from, to)} />
      <sup>{marks.map((m) => m.number).join(',')}</sup>
    </mark>,
    <Token key={token.at + 0.5} token={part(to)} />,
  ]
}
