/** Says of a single condition what kind it is. */
import type { Node } from 'libpg-query'
import type { Builder } from './draft.ts'
import type { Operand, Predicate, PredicateKind, Scope, Subject } from './model.ts'
import { columnsIn, hasSublink, operandOf, patternOf, subjectOf } from './operands.ts'
import { as, constantOf, lastName } from './syntax.ts'

/** What a condition is, as far as it differs from an empty predicate. */
export type Found = Partial<Omit<Predicate, 'clause' | 'join' | 'node' | 'location'>> & {
  readonly kind: PredicateKind
}

const OPERATORS: Readonly<Record<string, PredicateKind>> = {
  ...{ '=': 'equality', '<>': 'not-equal', '!=': 'not-equal' },
  ...{ '<': 'range', '<=': 'range', '>': 'range', '>=': 'range' },
  ...{
    '~~': 'like',
    '~~*': 'like',
    '!~~': 'like',
    '!~~*': 'like',
    '~': 'like',
    '~*': 'like',
    '!~': 'like',
    '!~*': 'like',
  },
  ...{
    '@>': 'json',
    '<@': 'json',
    '?': 'json',
    '?|': 'json',
    '?&': 'json',
    '@?': 'json',
    '@@': 'json',
    '&&': 'array',
  },
}
const FLIPPED: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '@>': '<@',
  '<@': '@>',
}
const WORDS: Readonly<Record<string, string>> = {
  '~~': 'like',
  '~~*': 'ilike',
  '!~~': 'like',
  '!~~*': 'ilike',
  '!=': '<>',
}

/** The kind of one condition, which is neither AND, OR nor NOT. */
export function classify(b: Builder, node: Node): Found {
  const expression = as(node, 'A_Expr')
  if (expression) return classifyExpression(b, expression)
  const nulls = as(node, 'NullTest')
  if (nulls) {
    const negated = nulls.nulltesttype === 'IS_NOT_NULL'
    return { kind: 'null', operator: 'is null', negated, subject: subjectOf(b, nulls.arg) }
  }
  const test = as(node, 'BooleanTest')
  if (test) {
    const words = (test.booltesttype ?? 'IS_TRUE').toLowerCase().replaceAll('_', ' ')
    return {
      kind: 'boolean',
      operator: words.replace('not ', ''),
      negated: words.includes('not'),
      subject: subjectOf(b, test.arg),
    }
  }
  const link = as(node, 'SubLink')
  const scope = link && b.sublinks.get(link)
  if (link && scope)
    return classifySublink(b, link.subLinkType, link.testexpr, lastName(link.operName), scope)
  const subject = subjectOf(b, node)
  if (as(node, 'ColumnRef') && subject) return { kind: 'boolean', operator: 'is true', subject }
  return { kind: constantLike(b, node) ? 'constant' : 'other', subject }
}

const constantLike = (b: Builder, node: Node): boolean => columnsIn(b, node).length === 0 && !hasSublink(node)

function classifySublink(
  b: Builder,
  type: string | undefined,
  test: Node | undefined,
  operator: string,
  scope: Scope,
): Found {
  const operand: Operand = { kind: 'subquery', scope }
  if (type === 'EXISTS_SUBLINK') return { kind: 'exists', operator: 'exists', operand }
  const any = type === 'ANY_SUBLINK' && (operator === '' || operator === '=')
  // x <> ALL (…) is x NOT IN (…).
  const none = type === 'ALL_SUBLINK' && operator === '<>'
  if (any || none)
    return { kind: 'in-subquery', operator: 'in', negated: none, subject: subjectOf(b, test), operand }
  return { kind: 'other', operator, subject: subjectOf(b, test), operand }
}

type Expression = NonNullable<ReturnType<typeof as<'A_Expr'>>>

function classifyExpression(b: Builder, { kind, name, lexpr, rexpr }: Expression): Found {
  const symbol = lastName(name)
  const subject = subjectOf(b, lexpr)
  const operand = operandOf(b, rexpr)
  switch (kind) {
    case 'AEXPR_IN':
      return { kind: 'in', operator: 'in', negated: symbol === '<>', subject, operand }
    case 'AEXPR_OP_ANY': {
      if (operand?.kind === 'column' && !subject)
        return {
          kind: 'array',
          operator: '= any',
          subject: { column: operand.column, expression: undefined },
          operand: operandOf(b, lexpr),
        }
      if (symbol === '=') return { kind: 'in', operator: 'in', subject, operand }
      return { kind: 'other', operator: `${symbol} any`, subject, operand }
    }
    case 'AEXPR_OP_ALL':
      if (symbol === '<>') return { kind: 'in', operator: 'in', negated: true, subject, operand }
      return { kind: 'other', operator: `${symbol} all`, subject, operand }
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return like(symbol, subject, operand, patternOf(rexpr, false))
    case 'AEXPR_SIMILAR': {
      const pattern = as(rexpr, 'FuncCall')?.args?.[0]
      const negated = symbol.startsWith('!')
      return {
        kind: 'like',
        operator: 'similar to',
        negated,
        subject,
        operand: operandOf(b, pattern),
        pattern: patternOf(pattern, false),
      }
    }
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM': {
      const [low, high] = as(rexpr, 'List')?.items ?? []
      return {
        kind: 'range',
        operator: kind.endsWith('_SYM') ? 'between symmetric' : 'between',
        negated: kind.includes('NOT'),
        subject,
        operand: operandOf(b, low),
        upper: operandOf(b, high),
      }
    }
    case 'AEXPR_DISTINCT':
      return comparison(b, 'not-equal', 'is distinct from', lexpr, rexpr)
    case 'AEXPR_NOT_DISTINCT':
      return comparison(b, 'equality', 'is not distinct from', lexpr, rexpr)
    default:
      return operatorOf(b, symbol, lexpr, rexpr)
  }
}

const like = (
  symbol: string,
  subject: Subject | undefined,
  operand: Operand | undefined,
  pattern: Predicate['pattern'],
): Found => ({
  kind: 'like',
  operator: WORDS[symbol] ?? symbol.replace('!', ''),
  negated: symbol.startsWith('!'),
  subject,
  operand,
  pattern,
})

function operatorOf(b: Builder, symbol: string, lexpr: Node | undefined, rexpr: Node | undefined): Found {
  const kind = OPERATORS[symbol]
  const row = as(lexpr, 'RowExpr')?.args?.[0]
  // (a, b) > ($1, $2): what an index on (a, b) gives in order.
  if (row && kind === 'range')
    return { kind, operator: `row ${symbol}`, subject: subjectOf(b, row), operand: operandOf(b, rexpr) }
  if (kind === 'like')
    return like(
      symbol,
      subjectOf(b, lexpr),
      operandOf(b, rexpr),
      patternOf(rexpr, symbol.includes('~') && !symbol.includes('~~')),
    )
  const found = comparison(b, kind ?? 'other', symbol, lexpr, rexpr)
  return found.kind === 'json' ? { ...found, kind: containerOf(found, rexpr) } : found
}

/** Whether @> and its like are about jsonb: by the column's type, else by how the other side is written. */
function containerOf({ subject, operand, operator }: Found, right: Node | undefined): PredicateKind {
  const type = subject?.column.facts?.type
  const both = operator === '@>' || operator === '<@'
  if (subject?.expression) return operator === '@@' ? 'other' : 'json'
  if (type !== undefined)
    return /^jsonb?$/.test(type) ? 'json' : both && type.endsWith('[]') ? 'array' : 'other'
  if (operand?.kind === 'list') return both ? 'array' : 'json'
  if (operator === '@@') return 'other'
  const cast = operand && 'cast' in operand ? operand.cast : undefined
  if (cast !== undefined) return cast.endsWith('[]') ? 'array' : 'json'
  const text = constantOf(right)
  return typeof text === 'string' && /^\{[^":]*\}$/.test(text) && text !== '{}' ? 'array' : 'json'
}

/** Puts the side that an index could be on to the left. */
function comparison(b: Builder, kind: PredicateKind, operator: string, lexpr?: Node, rexpr?: Node): Found {
  const [left, right] = [subjectOf(b, lexpr), subjectOf(b, rexpr)]
  if (!left && !right) {
    const none = columnsIn(b, lexpr).length + columnsIn(b, rexpr).length === 0
    return {
      kind: none && !hasSublink([lexpr, rexpr]) ? 'constant' : 'other',
      operator: WORDS[operator] ?? operator,
    }
  }
  const flip = !left || (left.expression !== undefined && right !== undefined && !right.expression)
  const written = flip ? (FLIPPED[operator] ?? operator) : operator
  return {
    kind,
    operator: WORDS[written] ?? written,
    subject: (flip ? right : left) as Subject,
    operand: operandOf(b, flip ? lexpr : rexpr),
  }
}
