import type { Node } from 'libpg-query'
import { defineRewrite } from '../rewrite-rule.ts'
import { type Edit, tokensIn } from '../splice.ts'
import { as, constantOf, locationOf, walk } from '../syntax.ts'
import { replaceIn } from '../tree.ts'
import { claim, expression, extent } from './_statement.ts'

/** Members of a list, from which it is worth it. */
const MANY = 10

/** Types of which any text without quotes, commas and braces is an element as it stands. */
const NUMBERS = /^(smallint|integer|bigint)$/

/** One array parameter for many; the numbers behind close up. */
function renumber(
  list: readonly Node[],
  tree: Node,
): { first: number; numbers: Map<number, number> } | undefined {
  const inList = list.map((n) => as(n, 'ParamRef')?.number ?? 0)
  const others = new Set<number>()
  const known = new Set(list)
  walk(tree, (node) => {
    const number = as(node, 'ParamRef')?.number
    if (number !== undefined && !known.has(node)) others.add(number)
    return undefined
  })
  if (inList.some((n) => n === 0 || others.has(n))) return undefined
  const first = Math.min(...inList)
  const kept = [...others, first].sort((a, b) => a - b)
  return { first, numbers: new Map(kept.map((n, i) => [n, i + 1])) }
}

export default defineRewrite({
  name: 'any-for-in',
  title: 'One array in place of an IN list',
  doc: 'The statement has one text for lists of any length: it is parsed faster, can stay prepared, and is one row of pg_stat_statements.',
  *rewrite(model) {
    const { parsed, scopes } = model
    const tokens = tokensIn(parsed.source)
    for (const scope of scopes)
      for (const p of scope.predicates) {
        const written = as(p.node, 'A_Expr')
        const list = as(written?.rexpr, 'List')?.items ?? []
        if (written?.kind !== 'AEXPR_IN' || list.length < MANY || !p.subject || !written.lexpr) continue
        const column = parsed.source.slice(
          extent(tokens, written.lexpr, ['in', 'not']).from,
          extent(tokens, written.lexpr, ['in', 'not']).to,
        )
        const operator = p.negated ? '<> ALL' : '= ANY'
        const place = extent(tokens, p.node)
        const type = p.subject.expression ? undefined : p.subject.column.facts?.type
        const values = list.map((n) => (as(n, 'TypeCast') ? undefined : constantOf(n)))
        if (values.every((v) => typeof v === 'string') && type !== undefined && NUMBERS.test(type)) {
          if (!values.every((v) => /^-?\d{1,9}$/.test(v as string))) continue
          const text = `${column} ${operator} ('{${values.join(',')}}'::${type}[])`
          yield {
            location: p.location,
            tree: replaceIn(parsed.node, new Map([[p.node, expression(text)]])),
            edits: [{ ...place, text }],
            ...claim(model, true, 'IN is = ANY of the same values'),
          }
        }
        const numbers = renumber(list, parsed.node)
        if (!numbers || !list.every((n) => as(n, 'ParamRef'))) continue
        const array = `${column} ${operator} ($${numbers.numbers.get(numbers.first)})`
        const changes = new Map<object, unknown>([[p.node, expression(array)]])
        const edits: Edit[] = [{ ...place, text: array }]
        walk(parsed.node, (node) => {
          if (node === p.node) return false
          const parameter = as(node, 'ParamRef')
          const number = parameter && numbers.numbers.get(parameter.number ?? 0)
          if (!parameter || number === undefined) return undefined
          changes.set(node, { ParamRef: { number } })
          const token = tokens.at(locationOf(parameter))
          if (token && number !== parameter.number)
            edits.push({ from: token.start, to: token.end, text: `$${number}` })
          return undefined
        })
        yield {
          location: p.location,
          tree: replaceIn(parsed.node, changes),
          edits,
          ...{ same: false, otherParameters: true },
          because: `The application gives one array as $${numbers.numbers.get(numbers.first)} in place of ${list.length} values`,
        }
      }
  },
})
