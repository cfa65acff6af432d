/** Indexes as data: their identity, their SQL, and how they compare with existing ones. */
import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
import type { IndexKey, IndexSpec } from './planner.ts'
import type { IndexFacts, IndexKeyFacts } from './schema.ts'

/** Longest name that PostgreSQL keeps, in bytes. */
const NAMEDATALEN = 63

/** An expression or predicate without what PostgreSQL adds when it writes it: parentheses, casts of literals, blanks, case. */
export const comparable = (sql: string): string =>
  sql
    .replace(/::(?:"[^"]+"|character varying|[a-z_]\w*)(?:\(\d+\))?(?:\[\])?/gi, '')
    .replace(/'(?:[^']|'')*'|[^']+/g, (part) =>
      part.startsWith("'") ? part : part.replace(/[\s()"]/g, '').toLowerCase(),
    )

const keyText = (key: IndexKey | IndexKeyFacts): string =>
  [
    key.column === undefined ? `(${comparable(key.expression ?? '')})` : quoteIdentifier(key.column),
    ...(key.opclass ? [key.opclass.split('.').at(-1)] : []),
    ...(key.descending ? ['desc'] : []),
    ...((key.nullsFirst ?? key.descending ?? false) === (key.descending ?? false) ? [] : ['nulls']),
  ].join(' ')

/** The same for equal indexes, in the same order for each run: what a candidate is known by. */
export function identityOf(spec: IndexSpec): string {
  const parts = [spec.keys.map(keyText).join(', ')]
  if (spec.include.length > 0)
    parts.push(`include ${spec.include.map(quoteIdentifier).toSorted().join(', ')}`)
  if (spec.predicate !== undefined) parts.push(`where ${comparable(spec.predicate)}`)
  return `${qualifiedName(spec.schema, spec.table)} ${spec.method} (${parts.join(') (')})`
}

const samePredicate = (a: string | undefined, b: string | undefined): boolean =>
  (a === undefined) === (b === undefined) && comparable(a ?? '') === comparable(b ?? '')

/** Whether an existing index does all that this one would: its keys begin with the same, and what it includes is there too. */
export function covers(index: IndexFacts, spec: IndexSpec): boolean {
  if (!index.valid || index.method !== spec.method || !samePredicate(index.predicate, spec.predicate))
    return false
  return coversKeys(index.keys.map(keyText), index.include, spec.keys.map(keyText), spec.include, spec.method)
}

/** Whether an index of the first kind does all that one of the second does. Only for indexes of the same table. */
export function coversSpec(larger: IndexSpec, smaller: IndexSpec): boolean {
  if (larger.method !== smaller.method || !samePredicate(larger.predicate, smaller.predicate)) return false
  const keys = [larger.keys.map(keyText), smaller.keys.map(keyText)] as const
  return coversKeys(keys[0], larger.include, keys[1], smaller.include, larger.method)
}

function coversKeys(
  keys: readonly string[],
  include: readonly string[],
  wanted: readonly string[],
  wantedInclude: readonly string[],
  method: string,
): boolean {
  // Only a b-tree is of use by the beginning of its keys; of another method all must be the same.
  if (method !== 'btree' && keys.length !== wanted.length) return false
  const stored = new Set([...keys, ...include.map(quoteIdentifier)])
  return (
    wanted.every((key, i) => keys[i] === key) && wantedInclude.every((c) => stored.has(quoteIdentifier(c)))
  )
}

/** An existing index as a spec, or undefined where its method isn't one that is planned with. */
export function specOf(schema: string, table: string, index: IndexFacts): IndexSpec | undefined {
  const method = METHODS.find((m) => m === index.method)
  if (!method) return undefined
  return {
    ...{ schema, table, method, keys: index.keys, include: index.include },
    ...(index.predicate === undefined ? {} : { predicate: index.predicate }),
    ...(index.unique ? { unique: true } : {}),
  }
}
const METHODS = ['btree', 'hash', 'gin', 'gist', 'brin', 'spgist'] as const

/** The columns whose change makes the index change: keys and INCLUDE. Expressions and the predicate name theirs by text. */
export const mentions = (spec: IndexSpec, column: string): boolean =>
  spec.include.includes(column) ||
  spec.keys.some((k) =>
    k.column === undefined ? hasWord(k.expression ?? '', column) : k.column === column,
  ) ||
  hasWord(spec.predicate ?? '', column)

const hasWord = (sql: string, name: string): boolean =>
  sql
    .replace(/'(?:[^']|'')*'/g, '')
    .split(/[^\p{L}\p{N}_$]+/u)
    .includes(name)

/** `orders_customer_id_created_at_idx`, cut so that the ending stays, and numbered where the name is taken. */
export function indexName(spec: IndexSpec, isTaken: (name: string) => boolean = () => false): string {
  const parts = spec.keys.map(
    (k) => k.column ?? (k.expression ?? '').match(/[a-z_][a-z0-9_]*/gi)?.join('_') ?? 'expr',
  )
  const stem = [spec.table, ...parts].join('_')
  for (let n = 0; ; n++) {
    const name = clip(stem, n === 0 ? '_idx' : `_idx${n}`)
    if (!isTaken(name)) return name
  }
}

function clip(stem: string, ending: string): string {
  let cut = stem
  while (Buffer.byteLength(cut + ending) > NAMEDATALEN) cut = [...cut].slice(0, -1).join('')
  return cut + ending
}
