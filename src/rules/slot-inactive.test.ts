import { expect, test } from 'vitest'
import { AT, check, row } from '../../test/facts.ts'
import replicationSlots from '../probes/replication-slots.ts'
import rule from './slot-inactive.ts'

const judged = (values: Parameters<typeof row<typeof replicationSlots>>[1]) =>
  check(rule, { slots: [row(replicationSlots, { slot: 'cdc', kind: 'logical', retained: 1, ...values })] })
const idle = (seconds: number) => ({ inactive_since: AT - seconds * 1000 })

test.each([
  [idle(0), ['info']],
  [idle(3600), ['info']],
  [idle(3601), ['warning']],
  [idle(86_401), ['critical']],
  [{}, ['info']],
  [{ ...idle(86_401), active: true }, []],
  [{ ...idle(86_401), synced: true }, []],
  [{ ...idle(86_401), invalidation: 'wal_removed' }, []],
  [{ ...idle(86_401), retained: null }, []],
  [{ ...idle(86_401), retained: null, xmin_age: 3 }, ['critical']],
])('%j: %j', (values, severities) => expect(judged(values).map((b) => b.severity)).toEqual(severities))
