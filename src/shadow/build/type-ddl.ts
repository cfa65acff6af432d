import { qualifiedName, quoteIdentifier, quoteLiteral } from '../../core/identifier.ts'
import type { CollationRow, ExtensionRow, FunctionRow, Snapshot, TypeRow } from '../snapshot.ts'
import type { Statement } from './apply.ts'

/** Schemas, of everything that was read. */
export function schemaDdl(snapshot: Snapshot): Statement[] {
  const { extensions, types, functions, relations, collations, extendedStatistics } = snapshot
  const all = [extensions, types, functions, relations, collations, extendedStatistics].flat()
  const schemas = new Set(all.map((o) => o.schema).filter((s) => s !== 'pg_catalog'))
  return [...schemas].sort().flatMap((schema) => [
    { sql: `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`, object: schema },
    { sql: `GRANT USAGE, CREATE ON SCHEMA ${quoteIdentifier(schema)} TO PUBLIC`, object: schema },
  ])
}

export const extensionDdl = ({ name, schema }: ExtensionRow): Statement => ({
  sql: `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} SCHEMA ${quoteIdentifier(schema)} CASCADE`,
  object: name,
})

/**
 * Types of an extension that isn't here, as bytes with its names, so that tables that use them can be made. Their operators
 * and functions are missing: statements that need those can't be planned.
 */
export const stubDdl = ({ schema, types }: ExtensionRow): Statement[] =>
  types.map((type) => {
    const name = qualifiedName(schema, type)
    const [read, write] = [`${type}_in`, `${type}_out`].map((f) => qualifiedName(schema, f))
    const body = [
      `CREATE TYPE ${name}`,
      `CREATE FUNCTION ${read}(cstring) RETURNS ${name} LANGUAGE internal IMMUTABLE STRICT AS 'byteain'`,
      `CREATE FUNCTION ${write}(${name}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'byteaout'`,
      `CREATE TYPE ${name} (INPUT = ${read}, OUTPUT = ${write}, LIKE = bytea, TYPMOD_IN = varchartypmodin, TYPMOD_OUT = varchartypmodout)`,
    ]
    return { sql: body.join(';\n'), object: `${schema}.${type}` }
  })

export const collationDdl = (c: CollationRow): Statement => {
  // The system's own locales may be missing here; ICU brings its own.
  const locale = c.provider === 'c' ? icuLocale(c.locale ?? '') : (c.locale ?? '')
  const provider = c.provider === 'b' ? 'builtin' : 'icu'
  return {
    sql: `CREATE COLLATION IF NOT EXISTS ${qualifiedName(c.schema, c.name)} (PROVIDER = ${provider}, LOCALE = ${quoteLiteral(locale)}${c.deterministic ? '' : ', DETERMINISTIC = false'})`,
    object: `${c.schema}.${c.name}`,
  }
}

/** The ICU locale nearest to one of the C library: `de_DE.UTF-8@euro` is `de-DE`. */
export const icuLocale = (locale: string): string =>
  locale.replace(/[.@].*$/, '').replaceAll('_', '-') || 'und'

export function typeDdl(t: TypeRow): Statement {
  const name = qualifiedName(t.schema, t.name)
  const collate = t.collation === null ? '' : ` COLLATE ${t.collation}`
  const made = {
    e: () => `CREATE TYPE ${name} AS ENUM (${(t.labels ?? []).map(quoteLiteral).join(', ')})`,
    d: () =>
      [`CREATE DOMAIN ${name} AS ${t.base}${collate}`, t.notNull ? 'NOT NULL' : '', ...(t.checks ?? [])].join(
        ' ',
      ),
    c: () =>
      `CREATE TYPE ${name} AS (${(t.attributes ?? []).map((a) => `${quoteIdentifier(a.name)} ${a.type}`).join(', ')})`,
    r: () => `CREATE TYPE ${name} AS RANGE (SUBTYPE = ${t.subtype})`,
  }
  return { sql: made[t.kind](), object: `${t.schema}.${t.name}` }
}

export const functionDdl = (f: FunctionRow): Statement[] =>
  f.definition === null
    ? []
    : // Only a superuser may say LEAKPROOF; it is set afterwards.
      [{ sql: withoutLeakproof(f), object: `${f.schema}.${f.name}` }]

/** The word stands on the line of the attributes, which comes before the body. */
function withoutLeakproof({ definition, leakproof }: FunctionRow): string {
  const text = (definition as string).trimEnd()
  return leakproof ? text.replace(/^( [A-Z ]*)LEAKPROOF\b/m, '$1') : text
}
