import type { ActionRef } from '../api/action-types.ts'
import { useDatabaseHealth } from './use-database-health.ts'

/** What advice would do about a subject: findings, alerts and opportunities name their subjects alike. */
export function useRemedies(subject: string): readonly ActionRef[] {
  const { data } = useDatabaseHealth()
  return (data?.opportunities ?? []).flatMap((o) => (o.action && o.subject === subject ? [o.action] : []))
}
