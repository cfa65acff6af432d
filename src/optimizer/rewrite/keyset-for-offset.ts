import type { Node } from 'libpg-query'
import { sqlOf } from '../deparse.ts'
import { parameterCount } from '../plannable.ts'
import { defineRewrite } from '../rewrite-rule.ts'
import { isUnique } from '../uniqueness.ts'
import { allOf, expression, identifier, isPlain } from './_statement.ts'

export default defineRewrite({
  name: 'keyset-for-offset',
  title: 'Going on from the last key in place of OFFSET',
  doc: 'Each page is found by an index on the order, however deep it lies; OFFSET reads all pages before it.',
  *rewrite(model) {
    const { parsed, root } = model
    const { select, offset, limit, orderBy } = root
    if (!select || !offset || !limit || orderBy.length === 0 || (offset.value ?? 1) === 0) return
    if (!isPlain({ ...root, limit: undefined, offset: undefined }) || root.distinct !== 'no') return
    const columns = orderBy.map((o) => o.column)
    const [table] = columns.map((c) => c?.table)
    if (!table?.facts || columns.some((c) => !c || c.table !== table || !c.facts?.notNull)) return
    const descending = orderBy[0]?.descending
    if (orderBy.some((o) => o.descending !== descending)) return
    const names = columns.flatMap((c) => c?.name ?? [])
    const primary = table.facts.indexes.find((i) => i.primary)?.keys.flatMap((k) => k.column ?? []) ?? []
    // Rows that agree on the order need a key that tells them apart.
    const keys = isUnique(table, names) ? names : [...new Set([...names, ...primary])]
    if (!isUnique(table, keys)) return
    const prefix = root.tables.length > 1 ? `${identifier(table.alias)}.` : ''
    const list = keys.map((k) => `${prefix}${identifier(k)}`)
    // The number that OFFSET $n leaves free comes first: a gap can not be prepared.
    const uses = model.parameters.filter((use) => use.number === offset.parameter)
    const most = parameterCount(parsed)
    const free = [...(uses.length === 1 ? [uses[0]?.number ?? 0] : []), ...keys.map((_, i) => most + 1 + i)]
    const wrap = (items: readonly string[]) => (items.length === 1 ? items[0] : `(${items.join(', ')})`)
    const condition = expression(
      `${wrap(list)} ${descending ? '<' : '>'} ${wrap(keys.map((_, i) => `$${free[i]}`))}`,
    )
    const where = allOf([...(select.whereClause ? [select.whereClause] : []), condition])
    const extra = keys.slice(names.length).map((k) => `${prefix}${identifier(k)}${descending ? ' DESC' : ''}`)
    const order = extra.map(
      (text): Node => ({
        SortBy: { ...sortDefaults(descending ?? false), node: expression(text.replace(/ DESC$/, '')) },
      }),
    )
    const { limitOffset: _, ...rest } = select
    yield {
      location: offset.location,
      tree: {
        SelectStmt: {
          ...rest,
          ...(where && { whereClause: where }),
          sortClause: [...(select.sortClause ?? []), ...order],
        },
      },
      ...{ same: false, otherParameters: free.some((n) => n <= most) },
      because: `The application gives the last row’s ${keys.join(', ')} (${sqlOf(condition)}) in place of the number of rows to skip; it can go on, not jump`,
    }
  },
})

const sortDefaults = (descending: boolean) => ({
  sortby_dir: descending ? ('SORTBY_DESC' as const) : ('SORTBY_DEFAULT' as const),
  sortby_nulls: 'SORTBY_NULLS_DEFAULT' as const,
})
