import { qualifiedName, quoteIdentifier, quoteLiteral } from '../../core/identifier.ts'
import type { ColumnRow, RelationRow, Snapshot } from '../snapshot.ts'
import type { Statement } from './apply.ts'

/** What a database can't have here and what stands in for it. */
export interface Substitutes {
  /** Instead of the database's default collation, where a database can't have that. */
  readonly collation: string | undefined
  /** Types that are only stubs, as format_type writes them without a modifier. */
  readonly stubs: ReadonlySet<string>
}

export const nameOf = (r: { readonly schema: string; readonly name: string }): string =>
  qualifiedName(r.schema, r.name)

/** Tables, and materialized views and foreign tables as tables. */
export function tableDdl(
  r: RelationRow,
  columns: readonly ColumnRow[],
  parted: boolean,
  substitutes: Substitutes,
): Statement {
  const words = [
    `CREATE TABLE ${nameOf(r)} (${columns.map((c) => columnDdl(c, substitutes)).join(', ')})`,
    // Without its key it would take no partitions; those are then left out.
    parted && r.partitionKey !== null ? `PARTITION BY ${r.partitionKey}` : '',
    r.kind === 'r' ? withOptions(r.options) : '',
  ]
  return { sql: words.filter(Boolean).join(' '), object: `${r.schema}.${r.name}` }
}

function columnDdl(c: ColumnRow, { collation, stubs }: Substitutes): string {
  const bare = c.type.replace(/\(.*?\)/, '')
  const type = stubs.has(bare.replace(/(\[\])+$/, '')) ? bare : c.type
  const collate = c.collation ?? (c.collatable ? collation : undefined)
  const kind = c.generated === 'v' ? 'VIRTUAL' : 'STORED'
  return [
    `${quoteIdentifier(c.name)} ${type}`,
    collate !== undefined && `COLLATE ${collate}`,
    c.expression !== null && `GENERATED ALWAYS AS (${c.expression}) ${kind}`,
    c.notNull && 'NOT NULL',
  ]
    .filter((word) => typeof word === 'string')
    .join(' ')
}

function withOptions(options: readonly string[] | null): string {
  if (options === null || options.length === 0) return ''
  const each = options.map((option) => {
    const at = option.indexOf('=')
    return `${option.slice(0, at)} = ${quoteLiteral(option.slice(at + 1))}`
  })
  return `WITH (${each.join(', ')})`
}

/** ATTACH PARTITION and INHERIT, in the order of the parents. */
export function inheritanceDdl(snapshot: Snapshot): Statement[] {
  const byOid = new Map(snapshot.relations.map((r) => [r.oid, r]))
  return snapshot.inheritance.flatMap(({ child, parent }) => {
    const [part, whole] = [byOid.get(child), byOid.get(parent)]
    if (!part || !whole) return []
    const object = `${part.schema}.${part.name}`
    if (whole.kind !== 'p') return [{ sql: `ALTER TABLE ${nameOf(part)} INHERIT ${nameOf(whole)}`, object }]
    if (part.partitionBound === null) return []
    return [
      {
        sql: `ALTER TABLE ONLY ${nameOf(whole)} ATTACH PARTITION ${nameOf(part)} ${part.partitionBound}`,
        object,
      },
    ]
  })
}

export function viewDdl(r: RelationRow): Statement[] {
  if (r.definition === null) return []
  const options = withOptions(r.options?.filter((o) => !o.startsWith('check_option')) ?? null)
  return [
    {
      sql: `CREATE VIEW ${nameOf(r)} ${options} AS ${r.definition.replace(/;\s*$/, '')}`,
      object: `${r.schema}.${r.name}`,
    },
  ]
}

const COMMANDS: Readonly<Record<string, string>> = {
  '*': 'ALL',
  r: 'SELECT',
  a: 'INSERT',
  w: 'UPDATE',
  d: 'DELETE',
}

/** Row security and its policies. `role`: the name that a role has here. */
export function policyDdl(snapshot: Snapshot, role: (name: string) => string): Statement[] {
  const byOid = new Map(snapshot.relations.map((r) => [r.oid, r]))
  const switches = snapshot.relations.flatMap((r) => {
    const alter = (what: string) => ({
      sql: `ALTER TABLE ${nameOf(r)} ${what} ROW LEVEL SECURITY`,
      object: `${r.schema}.${r.name}`,
    })
    return [...(r.rowSecurity ? [alter('ENABLE')] : []), ...(r.forceRowSecurity ? [alter('FORCE')] : [])]
  })
  const policies = snapshot.policies.flatMap((p) => {
    const on = byOid.get(p.relation)
    if (!on) return []
    const to = p.roles.length === 0 ? 'PUBLIC' : p.roles.map((r) => quoteIdentifier(role(r))).join(', ')
    const words = [
      `CREATE POLICY ${quoteIdentifier(p.name)} ON ${nameOf(on)} AS ${p.permissive ? 'PERMISSIVE' : 'RESTRICTIVE'}`,
      `FOR ${COMMANDS[p.command]} TO ${to}`,
      p.using === null ? '' : `USING (${p.using})`,
      p.check === null ? '' : `WITH CHECK (${p.check})`,
    ]
    return [{ sql: words.filter(Boolean).join(' '), object: `${on.schema}.${on.name}.${p.name}` }]
  })
  return [...switches, ...policies]
}
