import { createHash } from 'node:crypto'
import type { Plan } from '../core/action.ts'

/** SHA-256, in hexadecimal, of a list of plans in their order: what is approved when several are run together. */
export function setHash(name: string, plans: readonly Pick<Plan, 'hash'>[]): string {
  const hash = createHash('sha256').update(JSON.stringify(name))
  for (const plan of plans) hash.update(`\n${plan.hash}`)
  return hash.digest('hex')
}
