/** What the page shows one of at a time, as it stands in its address. */
export const VIEWS = [
  'overview',
  'tables',
  'alerts',
  'maintenance',
  'recovery',
  'backups',
  'capacity',
  'success',
] as const

export type View = (typeof VIEWS)[number]

export const TITLES: Record<View, string> = {
  overview: 'Overview',
  tables: 'Tables',
  alerts: 'Alerts',
  maintenance: 'Maintenance',
  recovery: 'Recovery',
  backups: 'Backups',
  capacity: 'Capacity',
  success: 'Success metrics',
}
