import { expect, test } from 'vitest'
import { AT, check, row } from '../../test/facts.ts'
import archiver from '../probes/archiver.ts'
import rule from './archiver-failing.ts'

const judged = (values: Parameters<typeof row<typeof archiver>>[1]) =>
  check(rule, { archiver: [row(archiver, { on: true, stats_reset: AT - 1e7, ...values })] }).map(
    (b) => b.severity,
  )
const ago = (seconds: number) => AT - seconds * 1000

test.each([
  [{}, []],
  [{ last_archived_at: ago(5) }, []],
  [{ last_failed_at: ago(9), last_archived_at: ago(5) }, []],
  [{ last_failed_at: ago(5), last_archived_at: ago(1800) }, ['warning']],
  [{ last_failed_at: ago(5), last_archived_at: ago(1801) }, ['critical']],
  [{ last_failed_at: ago(5) }, ['critical']],
  [{ last_failed_at: ago(5), on: false }, []],
])('%j: %j', (values, severities) => expect(judged(values)).toEqual(severities))
