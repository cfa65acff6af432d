/** What the page shows one of at a time, as it stands in its address; in groups, in the order of the navigation. */
export const GROUPS = [
  ['overview', 'alerts'],
  ['queries', 'tables', 'capacity'],
  ['maintenance', 'backups', 'recovery'],
  ['success'],
] as const

export type View = (typeof GROUPS)[number][number]

export const VIEWS: readonly View[] = GROUPS.flat()

export const TITLES: Record<View, string> = {
  overview: 'Overview',
  alerts: 'Alerts',
  queries: 'Queries',
  tables: 'Tables',
  capacity: 'Capacity',
  maintenance: 'Maintenance',
  backups: 'Backups',
  recovery: 'Recovery',
  success: 'Success metrics',
}
