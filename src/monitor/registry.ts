import { advice } from '../advice/index.ts'
import type { Registry } from '../core/evaluate.ts'
import type { Table } from '../core/table.ts'
import { derived } from '../derived/index.ts'
import managed from '../derived/managed-tables.ts'
import { probes } from '../probes/index.ts'
import { rules } from '../rules/index.ts'

/** Everything that pgtend knows to derive, judge and recommend. */
export const registry: Registry = { derived, rules, advice, managed }

/** Every table of facts: probes, then what is derived from them. */
export const tables: readonly Table[] = [...probes, ...derived]
