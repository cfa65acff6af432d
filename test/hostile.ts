/** A name that breaks whatever splices it unquoted: quotes, a statement, blanks, a dollar, a dot, letters beyond ASCII. */
export const HOSTILE = `x"; DROP TABLE "y'; -- .$1 Ünï`

export const hostile = (ending: string): string => `${HOSTILE} ${ending}`

/** As SQL writes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
