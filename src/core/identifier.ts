import { KEYWORDS } from './keywords.ts'

/** What PostgreSQL reads as a name as it is (quote_identifier in ruleutils.c): it folds capitals, and quotes `$`. */
const PLAIN = /^[a-z_][a-z0-9_]*$/

/** An SQL identifier, in double quotes where it needs them: by PostgreSQL's own rule, with the key words of all versions. */
export const quoteIdentifier = (name: string): string =>
  PLAIN.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`

/**
 * A relation's name for people and for keys: as it is, but that a part that holds a dot, or begins with a quote, is quoted. Else the table c of the
 * schema "a.b" and the table "b.c" of the schema a would be one.
 */
export const shownName = (schema: string, name: string): string => `${shownPart(schema)}.${shownPart(name)}`

/** The name without its schema, of what `shownName` gave. */
export function nameOfShown(shown: string, schema: string): string {
  const part = shown.slice(shownPart(schema).length + 1)
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part
}

const shownPart = (part: string): string =>
  part.includes('.') || part.startsWith('"') ? `"${part.replaceAll('"', '""')}"` : part

/** A relation's name in SQL, with its schema. */
export const qualifiedName = (schema: string, name: string): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`

/** A text as an SQL literal, whatever standard_conforming_strings is. */
export const quoteLiteral = (text: string): string =>
  `${text.includes('\\') ? 'E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
