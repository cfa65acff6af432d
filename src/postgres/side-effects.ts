/** Asks the catalogue whether what a statement calls may change something. */
import type { Query } from '../core/action.ts'

export interface CalledNames {
  /** With the schema where it is written. */
  readonly functions: readonly string[]
  readonly operators: readonly string[]
  readonly types: readonly string[]
}

const split = (name: string): [string | null, string] => {
  const parts = name.split('.')
  return [parts.length > 1 ? (parts.at(-2) ?? null) : null, parts.at(-1) ?? '']
}

/** Every overload counts, in whatever schema: which one is meant only the planner knows. */
const FUNCTIONS = `
select distinct n.nspname || '.' || p.proname as name, n.nspname = 'pg_catalog' as builtin, p.proname
from unnest($1::text[], $2::text[]) as called (schema, name)
join pg_catalog.pg_proc p on p.proname = called.name
join pg_catalog.pg_namespace n on n.oid = p.pronamespace and (called.schema is null or n.nspname = called.schema)
left join pg_catalog.pg_aggregate a on a.aggfnoid = p.oid
where p.provolatile = 'v' or p.prokind = 'p'
  or exists (select from pg_catalog.pg_proc f where f.oid in (a.aggtransfn, a.aggfinalfn, a.aggcombinefn) and f.provolatile = 'v')`

const OPERATORS = `
select distinct 'operator ' || o.oprname as name
from pg_catalog.pg_operator o join pg_catalog.pg_proc p on p.oid = o.oprcode
where o.oprname = any($1::text[]) and p.provolatile = 'v'`

/** A cast may be implied anywhere, so every cast of people's own counts; a domain's CHECK where it is cast to. */
const CASTS = `
select 'the cast to ' || c.casttarget::regtype as name
from pg_catalog.pg_cast c join pg_catalog.pg_proc p on p.oid = c.castfunc
where c.oid >= 16384 and p.provolatile = 'v'
union all
select 'the CHECK of the domain ' || t.typname
from pg_catalog.pg_type t join pg_catalog.pg_constraint k on k.contypid = t.oid and k.contype = 'c'
where t.typname = any($1::text[])
  and exists (select from pg_catalog.pg_depend d join pg_catalog.pg_proc p on p.oid = d.refobjid
    where d.classid = 'pg_catalog.pg_constraint'::regclass and d.objid = k.oid
      and d.refclassid = 'pg_catalog.pg_proc'::regclass and p.provolatile = 'v')`

/** What of it may change something, by name; functions of pg_catalog that `harmless` names are let through. */
export async function volatileOf(
  ask: Query,
  called: CalledNames,
  harmless: ReadonlySet<string>,
): Promise<string[]> {
  const names = called.functions.map(split)
  const functions = await ask(FUNCTIONS, [names.map(([schema]) => schema), names.map(([, name]) => name)])
  const operators = await ask(OPERATORS, [called.operators])
  const casts = await ask(CASTS, [called.types.map((t) => split(t)[1])])
  const strange = functions.filter((f) => !(f.builtin && harmless.has(String(f.proname))))
  return [...strange, ...operators, ...casts].map((row) => String(row.name))
}

/** A relation that a statement reads, with the SQL that reading it runs. */
export interface ReadRelation {
  readonly name: string
  readonly kind: string
  /** Of a view. */
  readonly definition: string | null
  /** USING of the policies for SELECT, where row-level security is on. */
  readonly policies: readonly string[]
}

const RELATIONS = `
select c.oid::regclass::text as name, c.relkind as kind,
  case when c.relkind = 'v' then pg_catalog.pg_get_viewdef(c.oid) end as definition,
  case when c.relrowsecurity then coalesce((select json_agg(pg_catalog.pg_get_expr(p.polqual, p.polrelid))
    from pg_catalog.pg_policy p where p.polrelid = c.oid and p.polqual is not null and p.polcmd in ('r', '*')), '[]') else '[]' end as policies
from unnest($1::text[], $2::text[]) as named (schema, name)
join pg_catalog.pg_class c on c.relname = named.name
join pg_catalog.pg_namespace n on n.oid = c.relnamespace and (named.schema is null or n.nspname = named.schema)
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 't')
union all
select child.oid::regclass::text, child.relkind, null, '[]'
from unnest($1::text[], $2::text[]) as named (schema, name)
join pg_catalog.pg_class c on c.relname = named.name
join lateral (with recursive below as (select inhrelid from pg_catalog.pg_inherits where inhparent = c.oid
  union all select i.inhrelid from below b join pg_catalog.pg_inherits i on i.inhparent = b.inhrelid) select inhrelid from below) t on true
join pg_catalog.pg_class child on child.oid = t.inhrelid and child.relkind = 'f'`

/** Every relation of these names, in whatever schema where none is written. */
export async function relationsNamed(
  ask: Query,
  relations: readonly { readonly schema: string | undefined; readonly name: string }[],
): Promise<ReadRelation[]> {
  const rows = await ask(RELATIONS, [relations.map((r) => r.schema ?? null), relations.map((r) => r.name)])
  return rows as unknown as ReadRelation[]
}
