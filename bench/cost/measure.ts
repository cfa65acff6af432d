import type { Catalogue } from './catalogue.ts'
import { clusterCpu, cpuBetween } from './processes.ts'

/** What one cycle of a monitor cost the watched cluster. */
export interface ServerCost {
  /** CPU time of all the cluster's processes. */
  readonly cpu_ms: number
  /** Execution and planning by pg_stat_statements' own clocks. */
  readonly server_ms: number
  readonly statements: number
  readonly blocks: number
}

interface Counted {
  readonly calls: number
  readonly ms: number
  readonly blocks: number
}

/** Runs the work and tells what it cost, what the role `monitor` sent being its own. */
export async function measure<T>(
  { server, admin }: Catalogue,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly cost: ServerCost }> {
  const before = await counted(admin)
  const cpuBefore = clusterCpu(server.pid)
  const value = await work()
  const cpu = cpuBetween(cpuBefore, clusterCpu(server.pid))
  const after = await counted(admin)
  return {
    value,
    cost: {
      cpu_ms: cpu,
      server_ms: after.ms - before.ms,
      statements: after.calls - before.calls,
      blocks: after.blocks - before.blocks,
    },
  }
}

async function counted(admin: Catalogue['admin']): Promise<Counted> {
  const { rows } = await admin.query(`
    select coalesce(sum(calls), 0)::float8 as calls, coalesce(sum(total_exec_time + total_plan_time), 0)::float8 as ms,
      coalesce(sum(shared_blks_hit + shared_blks_read), 0)::float8 as blocks
    from pg_stat_statements(false) where userid = 'monitor'::regrole`)
  return rows[0] as Counted
}

/** What the role `monitor` has left in pg_stat_statements, and what was evicted since the reset. */
export async function leftBehind(
  admin: Catalogue['admin'],
): Promise<{ readonly entries: number; readonly text_bytes: number; readonly evictions: number }> {
  const { rows } = await admin.query(`
    select count(*)::int as entries, coalesce(sum(octet_length(query)), 0)::int as text_bytes,
      (select dealloc from pg_stat_statements_info)::int as evictions
    from pg_stat_statements where userid = 'monitor'::regrole`)
  return rows[0] as { entries: number; text_bytes: number; evictions: number }
}

/** The process ids of the sessions of the role `monitor`. */
export async function backendsOf(admin: Catalogue['admin']): Promise<readonly number[]> {
  const { rows } = await admin.query(`select pid from pg_stat_activity where usename = 'monitor'`)
  return rows.map((row: { pid: number }) => row.pid)
}
