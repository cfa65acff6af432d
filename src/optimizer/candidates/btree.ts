import type { Access, Conditions } from '../access.ts'
import type { IndexKey } from '../planner.ts'

/** Beyond this many, another key saves little and costs with each write. */
const MOST_KEYS = 4

const keys = (columns: readonly string[]): IndexKey[] => columns.map((column) => ({ column }))

/**
 * Lists of keys: each column alone; what is equal before what is ordered or a range (such a list is read in one piece); joins from both sides;
 * groups. E equal, A any of, R range, J join, O order, G group: E, E+A, E+R, J, J+E, E+J, E+O, J+O, O, G, E+G.
 */
export function btreeKeys(access: Access): readonly (readonly IndexKey[])[] {
  const { order, group, join } = access
  const lists = conditionKeys(access)
  const equal = keys(access.equal)
  const all = keys([...access.equal, ...access.anyOf])
  for (const j of keys(join)) {
    lists.push([j], [j, ...all], [...equal, j], [...all, j])
    for (const r of keys(access.range)) lists.push([j, r])
  }
  if (join.length > 1) lists.push(keys(join))
  if (order.length > 0) {
    const heads = [[], equal, ...equal.map((e) => [e]), ...keys(join).map((j) => [j])]
    for (const head of heads) lists.push([...head, ...order])
  }
  if (group.length > 0) lists.push(keys(group), [...equal, ...keys(group)], [...all, ...keys(group)])
  return tidy(lists)
}

/** Those of one conjunction alone: of a whole query, or of one arm of an OR. */
export function armKeys(arm: Conditions): readonly (readonly IndexKey[])[] {
  return tidy(conditionKeys(arm))
}

function conditionKeys({ equal, anyOf, range }: Conditions): IndexKey[][] {
  const lists = keys([...equal, ...anyOf, ...range]).map((key) => [key])
  const e = keys(equal)
  const all = keys([...equal, ...anyOf])
  lists.push(e, all)
  for (const r of keys(range)) {
    lists.push([...e, r], [...all, r])
    for (const one of all) lists.push([one, r])
  }
  return lists
}

/** Each column once, at its first place; no list twice. */
function tidy(lists: readonly (readonly IndexKey[])[]): readonly (readonly IndexKey[])[] {
  const tidied = lists.map((list) =>
    list.filter((key, i) => list.findIndex((k) => k.column === key.column) === i).slice(0, MOST_KEYS),
  )
  const distinct = new Map(
    tidied.filter((list) => list.length > 0).map((list) => [JSON.stringify(list), list]),
  )
  return [...distinct.values()]
}
