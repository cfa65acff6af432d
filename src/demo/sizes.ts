/** Rows of each table at scale 1 (SPEC W1). The log tables hold one month. */
export const TABLE_ROWS = {
  suppliers: 847,
  clients: 3_421,
  forms: 4_892,
  form_responses: 28_341,
  journeys: 1_234,
  journey_events: 15_672,
  email_templates: 2_341,
  invoices: 892,
  api_usage_logs: 500_000,
  error_logs: 50_000,
  activity_logs: 1_000_000,
  email_logs: 100_000,
} as const

export type TableName = keyof typeof TABLE_ROWS
export type TableSizes = Readonly<Record<TableName, number>>

/** So small a table still has the rows that the faults lock. */
const LEAST_ROWS = 10

/** Rows of each table at a scale: exact at 1, at least ten. */
export function tableSizes(scale: number): TableSizes {
  const sizes = Object.entries(TABLE_ROWS).map(([t, n]) => [t, Math.max(LEAST_ROWS, Math.round(n * scale))])
  return Object.fromEntries(sizes) as TableSizes
}
