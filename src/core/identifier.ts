/** An SQL identifier in double quotes. Always quoted: a list of reserved words would be another version's. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A relation's name in SQL, with its schema. */
export const qualifiedName = (schema: string, name: string): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
