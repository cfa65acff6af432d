import { cannotPlan } from './_relation.ts'

/** `a, "b,c"` → a and b,c: names as they are, unless in double quotes, where two stand for one. Throws `cannot-plan`. */
export function splitNames(text: string): string[] {
  const names: string[] = []
  const part = /\s*(?:"((?:[^"]|"")+)"|([^",]*[^",\s]))\s*(,|$)/y
  for (let at = 0; ; ) {
    part.lastIndex = at
    const found = part.exec(text)
    if (!found) throw cannotPlan(`"${text}" is no list of column names`)
    names.push(found[1] === undefined ? (found[2] as string) : found[1].replaceAll('""', '"'))
    if (found[3] === '') break
    at = part.lastIndex
  }
  if (new Set(names).size < names.length) throw cannotPlan(`"${text}" names a column twice`)
  return names
}
