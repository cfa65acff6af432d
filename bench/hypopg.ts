import { existsSync, readFileSync } from 'node:fs'
import type pg from 'pg'
import { AppError } from '../src/core/errors.ts'
import { indexDdl } from '../src/optimizer/index-ddl.ts'
import { nodesOf, type PlanNode } from '../src/optimizer/plan-node.ts'
import type { PlannedIndex, WhatIf } from '../src/optimizer/planner.ts'
import { substitute } from '../src/shadow/substitute.ts'

// Debian's postgresql-15-hypopg, on any PostgreSQL 15: the same planner's questions asked of the watched database itself.
const LIBRARY = '/usr/lib/postgresql/15/lib/hypopg'
const SCRIPT = '/usr/share/postgresql/15/extension/hypopg--1.3.1.sql'

export const hasHypopg = (): boolean => existsSync(`${LIBRARY}.so`) && existsSync(SCRIPT)

/** Makes HypoPG's functions in the database. */
export async function installHypopg(client: pg.Client): Promise<void> {
  const script = readFileSync(SCRIPT, 'utf8')
    .replace(/^\\echo.*$/m, '')
    .replaceAll('$libdir/hypopg', LIBRARY)
  await client.query(script)
}

/** The same planner interface on HypoPG: hypothetical indexes of the session, made and dropped as plans ask. */
export function hypopgPlanner(client: pg.Client): WhatIf {
  let next = 1
  let shown = new Map<string, string>()
  const ddls = new Map<number, string>()
  const make = async (ddl: string): Promise<{ oid: string; name: string }> => {
    const { rows } = await client.query(
      'select indexrelid::text as oid, indexname as name from hypopg_create_index($1)',
      [ddl],
    )
    return rows[0]
  }
  const show = async (wanted: readonly PlannedIndex[]): Promise<ReadonlyMap<string, string>> => {
    await client.query('select hypopg_reset()')
    shown = new Map()
    for (const index of wanted) shown.set((await make(ddls.get(index.id) as string)).name, index.name)
    return shown
  }
  return {
    async plan({ sql, values }, { with: wanted = [] } = {}) {
      const names = await show(wanted)
      const { sql: text, parameters } = substitute(sql, values)
      if (parameters > 0) throw new AppError('cannot-plan', 'HypoPG has no generic plans')
      try {
        const { rows } = await client.query(`explain (format json) ${text}`)
        const plan = rows[0]['QUERY PLAN'][0].Plan as PlanNode
        const used = [...nodesOf(plan)].flatMap(({ node }) => node['Index Name'] ?? [])
        return {
          plan,
          cost: plan['Total Cost'] ?? 0,
          indexes: [...new Set(used.map((n) => names.get(n) ?? n))],
        }
      } catch (error) {
        throw new AppError('cannot-plan', (error as Error).message)
      }
    },
    async create(spec) {
      const ddl = indexDdl(spec)
      try {
        const { oid } = await make(ddl)
        const { rows } = await client.query('select hypopg_relation_size($1::oid)::text as bytes', [oid])
        const id = next++
        ddls.set(id, ddl)
        return { id, name: `hypothetical_${id}`, spec, bytes: Number(rows[0].bytes) }
      } catch (error) {
        return { reason: (error as Error).message }
      }
    },
    drop: async (index) => void ddls.delete(index.id),
  }
}
