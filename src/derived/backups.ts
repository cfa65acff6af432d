import { detail, flag, gauge, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { fail } from '../core/outcome.ts'

export default defineDerived({
  name: 'backups',
  title: 'Backups',
  doc: 'The backups that pgtend has made of this database, from its own records and not from the server: how old the newest is, and whether restoring one has proved it. Absent where pgtend makes none.',
  rows: 'one',
  from: {},
  columns: {
    kept: gauge('count', 'Whole backups that are there'),
    since: time('Since when backups are expected'),
    last_attempt: optional(time('When the last one was begun')),
    last_failed: flag('The last one failed'),
    last_error: optional(detail('Why it failed')),
    newest: optional(time('When the newest whole one was begun')),
    age: optional(gauge('seconds', 'Age of the newest whole one')),
    size: optional(gauge('bytes', 'Size of its files')),
    duration: optional(gauge('seconds', 'How long it took')),
    proved: optional(time('When a backup was last restored and found equal')),
    recovery: optional(gauge('seconds', 'How long that restore took: the measured recovery time')),
    newest_damaged: flag('Restoring the newest showed that it is not what it should be'),
    damage: optional(detail('What is wrong with it')),
  },
  compute(_, { at, backups }) {
    if (!backups) return fail('unsupported', 'pgtend makes no backups of this database')
    const { newest, proved, kept, since, lastAttempt, lastError } = backups
    const verified = newest?.verified
    return [
      {
        ...{ kept, since, last_attempt: lastAttempt, last_failed: lastError !== null, last_error: lastError },
        newest: newest?.at ?? null,
        age: newest ? Math.max(0, at - newest.at) / 1000 : null,
        size: newest?.bytes ?? null,
        duration: newest?.seconds ?? null,
        proved: proved?.verified?.at ?? null,
        recovery: proved?.verified?.seconds ?? null,
        newest_damaged: verified?.ok === false,
        damage: verified?.ok === false ? verified.detail : null,
      },
    ]
  },
})
