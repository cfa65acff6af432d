import type { StatementModel } from './model.ts'
import type { TableFacts } from './schema.ts'
import type { WorkloadStatement } from './workload.ts'
import { isInIndex, type TableWrites } from './write-cost.ts'

export interface WritingStatement {
  readonly statement: Pick<WorkloadStatement, 'rows'>
  readonly model: Pick<StatementModel, 'writes'>
}

/**
 * What is written to a table a second: the table's own counters where there are some, else what the statements of the workload changed. Which
 * columns UPDATEs set, only their texts tell. `seconds`: length of the window.
 */
export function tableWrites(
  table: TableFacts,
  statements: readonly WritingStatement[],
  seconds: number,
): TableWrites {
  const setting = new Map<string, number>()
  const sums = { inserts: 0, updates: 0, hotUpdates: 0, deletes: 0 }
  for (const { statement, model } of statements)
    for (const write of model.writes) {
      if (write.table.facts?.oid !== table.oid) continue
      const rate = statement.rows / seconds
      if (write.kind === 'insert') sums.inserts += rate
      else if (write.kind === 'delete') sums.deletes += rate
      else {
        sums.updates += rate
        if (!write.columns.some((c) => isInIndex(table, c))) sums.hotUpdates += rate
        for (const column of write.columns) setting.set(column, (setting.get(column) ?? 0) + rate)
      }
    }
  return { ...sums, ...table.writes, setting, counted: table.writes !== undefined }
}
