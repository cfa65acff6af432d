import type { Fault } from './fault.ts'
import blockingChain from './faults/blocking-chain.ts'
import connectionLeak from './faults/connection-leak.ts'
import deadRows from './faults/dead-rows.ts'
import duplicateIndex from './faults/duplicate-index.ts'
import idleInTransaction from './faults/idle-in-transaction.ts'
import missingIndex from './faults/missing-index.ts'
import nPlusOne from './faults/n-plus-one.ts'
import replicationLag from './faults/replication-lag.ts'
import slowQuery from './faults/slow-query.ts'
import unusedIndex from './faults/unused-index.ts'

/** Every fault of the demo, in the order that people see. */
export const FAULTS: readonly Fault[] = [
  missingIndex,
  unusedIndex,
  duplicateIndex,
  deadRows,
  idleInTransaction,
  blockingChain,
  connectionLeak,
  slowQuery,
  nPlusOne,
  replicationLag,
]
