/** Random SELECT statements over two tables for property tests: nested, correlated, with every kind of condition. */
import fc from 'fast-check'
import { tableFacts } from './table-facts.ts'

const COLUMNS = ['id', 'a', 'b', 'txt', 'flag', 'at'] as const
export const GENERATED_TABLES = ['t', 'u'] as const

/** What is known of the two, with columns beside those that the statements name. */
export const generatedFacts = (...more: readonly string[]) =>
  GENERATED_TABLES.map((name) =>
    tableFacts(name, [
      'id integer pk',
      'a integer',
      'b integer not null',
      'txt text',
      'flag boolean',
      'at timestamp without time zone',
      ...more,
    ]),
  )

const column = (alias: string) => fc.constantFrom(...COLUMNS).map((c) => `${alias}.${c}`)
const number = fc.oneof(fc.integer({ min: -3, max: 12 }).map(String), fc.constant('null'))

/** A condition on the rows of `alias`, with subqueries as deep as `depth`. */
function condition(alias: string, depth: number): fc.Arbitrary<string> {
  const int = fc.constantFrom('id', 'a', 'b').map((c) => `${alias}.${c}`)
  const operator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'is distinct from')
  const simple = [
    fc.tuple(int, operator, number).map((p) => p.join(' ')),
    fc.tuple(number, operator, int).map((p) => p.join(' ')),
    fc.tuple(int, operator, int).map((p) => p.join(' ')),
    fc
      .tuple(int, fc.array(number, { minLength: 1, maxLength: 4 }))
      .map(([c, list]) => `${c} in (${list.join(', ')})`),
    fc.tuple(int, number, number).map(([c, low, high]) => `${c} between ${low} and ${high}`),
    fc.constantFrom(
      `${alias}.txt like 'a%'`,
      `${alias}.txt like '%é'`,
      `lower(${alias}.txt) = 'a'`,
      `${alias}.txt is null`,
    ),
    fc.constantFrom(
      `${alias}.flag`,
      `${alias}.flag is not true`,
      `${alias}.at::date = '2024-01-02'`,
      `${alias}.a + 1 > 3`,
    ),
    fc.constantFrom(
      `date_trunc('day', ${alias}.at) = '2024-01-02'`,
      `extract(year from ${alias}.at) = 2024`,
      `${alias}.id::text = '3'`,
    ),
  ]
  if (depth === 0) return fc.oneof(...simple)
  const inner = fc
    .constantFrom('x', 'y')
    .chain((a) =>
      fc
        .tuple(fc.constantFrom(...GENERATED_TABLES), fc.constantFrom('id', 'a', 'b'), condition(a, depth - 1))
        .map(([table, c, where]) => ({ a, c, from: `from ${table} ${a} where ${where}` })),
    )
  return fc.oneof(
    ...simple,
    fc
      .tuple(condition(alias, depth - 1), fc.constantFrom('and', 'or'), condition(alias, depth - 1))
      .map(([l, op, r]) => `(${l} ${op} ${r})`),
    condition(alias, depth - 1).map((c) => `not (${c})`),
    fc
      .tuple(int, fc.constantFrom('in', 'not in'), inner)
      .map(([c, op, i]) => `${c} ${op} (select ${i.a}.${i.c} ${i.from})`),
    fc
      .tuple(fc.constantFrom('exists', 'not exists'), inner, int)
      .map(([op, i, c]) => `${op} (select 1 ${i.from} and ${i.a}.${i.c} = ${c})`),
    fc
      .tuple(inner, int, fc.constantFrom('> 0', '= 0', '>= 2'))
      .map(([i, c, op]) => `(select count(*) ${i.from} and ${i.a}.${i.c} = ${c}) ${op}`),
  )
}

/** One SELECT. It runs on tables (id int primary key, a int, b int not null, txt text, flag boolean, at timestamp). */
export const selectStatement: fc.Arbitrary<string> = fc
  .record({
    table: fc.constantFrom(...GENERATED_TABLES),
    join: fc.option(
      fc.tuple(
        fc.constantFrom('join', 'left join'),
        fc.constantFrom(...GENERATED_TABLES),
        fc.constantFrom('id', 'a', 'b'),
        fc.constantFrom('id', 'a', 'b'),
      ),
    ),
    outputs: fc.oneof(fc.constant(['*']), fc.array(column('t1'), { minLength: 1, maxLength: 3 })),
    scalar: fc.option(
      fc.constantFrom(
        '(select max(s.b) from u s where s.a = t1.id)',
        '(select count(*) from t s where s.a = t1.b)',
      ),
    ),
    distinct: fc.boolean(),
    where: fc.option(condition('t1', 2)),
    order: fc.option(column('t1')),
    limit: fc.option(fc.integer({ min: 0, max: 2000 })),
    offset: fc.option(fc.integer({ min: 0, max: 2000 })),
  })
  .map(({ table, join, outputs, scalar, distinct, where, order, limit, offset }) => {
    const joined = join ? ` ${join[0]} ${join[1]} t2 on t2.${join[2]} = t1.${join[3]}` : ''
    const list = [...outputs, ...(scalar ? [scalar] : [])].join(', ')
    return [
      `select ${distinct ? 'distinct ' : ''}${list} from ${table} t1${joined}`,
      where ? ` where ${where}` : '',
      // DISTINCT may only be ordered by what it shows.
      order && (!distinct || new Set<string>(outputs).has(order)) ? ` order by ${order}` : '',
      limit === null ? '' : ` limit ${limit}`,
      offset === null ? '' : ` offset ${offset}`,
    ].join('')
  })

/** The same statement laid out otherwise: line ends and comments in place of blanks that stand outside of quotes. */
export const relaid = (sql: string): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(' ', '\n', '\t ', ' -- é;\n', ' /* x */ '), { minLength: 5, maxLength: 20 })
    .map((gaps) => {
      let at = 0
      return sql
        .split(/('[^']*')/)
        .map((part) =>
          part.startsWith("'") ? part : part.replace(/ /g, () => gaps[at++ % gaps.length] ?? ' '),
        )
        .join('')
    })
