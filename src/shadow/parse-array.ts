/** The elements of a one-dimensional array as PostgreSQL writes it; NULLs are left out. Pure. */
export function parseArray(text: string): string[] {
  const elements: string[] = []
  // Arrays of other bounds begin with them: [0:2]={…}
  const body = text.slice(text.indexOf('{') + 1, text.lastIndexOf('}'))
  const element = /"((?:[^"\\]|\\[\s\S])*)"|([^,]+)/g
  for (const [, quoted, plain] of body.matchAll(element)) {
    if (quoted !== undefined) elements.push(quoted.replace(/\\([\s\S])/g, '$1'))
    else if (plain !== undefined && plain !== 'NULL') elements.push(plain.replace(/\\([\s\S])/g, '$1'))
  }
  return elements
}

/** Elements as a one-dimensional array in PostgreSQL's writing. Pure. */
export const writeArray = (elements: readonly string[]): string =>
  `{${elements.map((e) => `"${e.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
