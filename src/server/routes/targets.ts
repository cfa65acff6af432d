import { z } from 'zod'
import type { TargetState } from '../../monitor/target-state.ts'
import { defineRoute } from '../route.ts'

export default defineRoute({
  path: '/api/targets',
  doc: 'The databases that are watched, with the status of each.',
  answer:
    '{ targets: [{ id, name, url, connection, since, error?, storeError?, at?, version?, role?, platform?, database?, pooler?, score?, status, coverage? }] }',
  query: z.strictObject({}),
  handle: (_, { monitor }) => ({
    targets: monitor.targets.flatMap((id) => {
      const state = monitor.state(id)
      return state ? [summaryOf(state)] : []
    }),
  }),
})

function summaryOf(state: TargetState): object {
  const { id, name, url, connection, since, error, storeError, at, capabilities, health } = state
  const { version, role, platform, database, pooler } = capabilities ?? {}
  const status = connection === 'connected' ? (health?.status ?? 'connecting') : connection
  const { score, coverage } = connection === 'connected' ? (health ?? {}) : {}
  // JSON leaves out what is undefined.
  return {
    ...{ id, name, url, connection, since, error, storeError, at },
    ...{ version, role, platform, database, pooler, score, status, coverage },
  }
}
