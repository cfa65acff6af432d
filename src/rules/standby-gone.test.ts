import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import replication from '../probes/replication.ts'
import rule from './standby-gone.ts'

type Seen = readonly (readonly [application: string, state?: string])[]
const rows = (seen: Seen) =>
  seen.map(([application, state = 'streaming'], pid) => row(replication, { application, state, pid }))
const judged = (before: Seen, now: Seen) =>
  check(rule, { replication: { before: rows(before), now: rows(now), seconds: 15 } })

test.each<[string, Seen, Seen, string[]]>([
  ['one that stays', [['a']], [['a']], []],
  ['one that comes', [], [['a']], []],
  ['one that came back by another sender', [['b'], ['a']], [['a'], ['b']], []],
  ['one that is gone', [['a'], ['b']], [['b']], ['The standby a has gone since the look before.']],
  ['one of two of a name', [['a'], ['a']], [['a']], ['The standby a has gone since the look before.']],
  ['both', [['a'], ['a']], [], ['2 standbys named a have gone since the look before.']],
  ['one without a name', [['']], [], ['The standby (no name) has gone since the look before.']],
  ['a base backup and its WAL', [['pg_basebackup', 'backup'], ['pg_basebackup']], [], []],
  ['the first copy of a table', [['pg_16399_sync_16384_7291']], [], []],
])('%s', (_, before, now, said) => expect(judged(before, now).map((b) => b.summary)).toEqual(said))
