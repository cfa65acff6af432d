import { quoteIdentifier } from '../../core/identifier.ts'

/** A text as an SQL literal, whatever standard_conforming_strings says. */
export const quoteLiteral = (text: string): string =>
  `${text.includes('\\') ? ' E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** Identifiers, quoted, with commas between. */
export const identifierList = (names: readonly string[]): string => names.map(quoteIdentifier).join(', ')
