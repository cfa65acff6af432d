import { defineAdvice } from '../core/advice.ts'
import { qualifiedName, shownName } from '../core/identifier.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'

const ATTACH =
  'ATTACH PARTITION, of a part that is attached already, only has PostgreSQL look whether all parts are valid by now'

export default defineAdvice({
  name: 'complete-partitioned-index',
  title: 'Make the index of a partitioned table valid',
  doc: 'An invalid part can’t be dropped by itself, but it can be built anew while reads and writes go on. PostgreSQL notices that all parts are valid only when one is attached, be it again. Partitions that have no part at all are named by the finding.',
  needs: { indexes: invalidIndexes },
  thresholds: {},
  recommend({ indexes }, _, { server }) {
    if (server.role === 'standby') return []
    return indexes.flatMap(({ schema, index, table, partitioned, part_of, attach, size }) => {
      const name = shownName(schema, index)
      if (attach === null || !(partitioned || part_of !== null)) return []
      const common = {
        subject: `index ${name}`,
        evidence: { table: shownName(schema, table), size, part_of },
        confidence: 'high' as const,
      }
      if (partitioned)
        return {
          ...common,
          summary: `Each partition has a valid part of the index ${name}, and PostgreSQL has not noticed.`,
          gain: 'A valid index: foreign keys may refer to it, and ON CONFLICT and the planner may rely on it, if it is unique',
          risk: `${ATTACH}. It locks that part for a moment: statements on its partition wait.`,
          because: 'No partition lacks a valid part.',
          sql: [attach],
        }
      return {
        ...common,
        summary: `The index ${name} on ${table} is invalid, and as part of ${part_of} it can only be built anew.`,
        gain: `Queries of ${table} may use it, and ${part_of} can be valid`,
        risk: `It reads the table once and waits for older transactions. When it fails it leaves an invalid index behind. ${ATTACH}; it locks this one for a moment.`,
        because: 'PostgreSQL marks it as invalid and no build of it is running.',
        sql: [`REINDEX INDEX CONCURRENTLY ${qualifiedName(schema, index)};`, attach],
        action: { name: 'reindex-concurrently', input: { schema, index } },
      }
    })
  },
})
