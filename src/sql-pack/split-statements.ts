/** What hides a semicolon: dollar quotes, strings, quoted names, comments. The pack's own files have no E'' strings. */
const TOKEN = /(\$[A-Za-z_]*\$)[\s\S]*?\1|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|;|[^$'"\-;]+|[\s\S]/gu

/** The statements of an SQL script, without their semicolons and without comments between them. */
export function splitStatements(script: string): readonly string[] {
  const statements: string[] = []
  let current = ''
  const end = () => {
    if (current.trim() !== '') statements.push(current.trim())
    current = ''
  }
  for (const [token] of script.matchAll(TOKEN)) {
    if (token === ';') end()
    // A comment before a statement says nothing to the server; one inside stays where it is.
    else if (!token.startsWith('--') || current.trim() !== '') current += token
  }
  end()
  return statements
}
