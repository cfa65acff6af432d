import type { Table } from '../core/table.ts'
import { tables as all, registry } from '../monitor/registry.ts'
import { probes } from '../probes/index.ts'
import type { Knowledge } from '../render/catalog.ts'

/** All registries at once, as the catalog and the reference pages take them. */
export const knowledge: Knowledge = { probes, ...registry }

/** Every table of facts by name. */
export const tables: ReadonlyMap<string, Table> = new Map(all.map((table) => [table.name, table]))
