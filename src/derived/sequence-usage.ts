import { detail, flag, gauge, id, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { plural } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { fail } from '../core/outcome.ts'
import sequenceValues from '../probes/sequence-values.ts'
import sequences from '../probes/sequences.ts'

export default defineDerived({
  name: 'sequence-usage',
  title: 'Sequences and integer keys',
  doc: 'How far each sequence that can run out has come towards its own end or that of the narrowest column that takes its values, be it fed or referring by a foreign key, whichever comes first. At the end every insert fails.',
  rows: 'many',
  from: { sequences, values: maybe(sequenceValues) },
  columns: {
    oid: id('Oid of the sequence'),
    schema: label('Schema of the sequence'),
    sequence: label('Name of the sequence'),
    table: optional(detail('Table with the narrowest column that takes its values')),
    column: optional(detail('The column')),
    type: detail('Type of the column, else of the sequence'),
    refers: flag('The column takes the values through a foreign key, not from the sequence itself'),
    last_value: optional(detail('Last value given; null where none was, or it is not known')),
    last: detail('Last value that both sequence and column can hold'),
    used: optional(gauge('ratio', 'Values given out of those that there are; null where it is not known')),
    left: optional(gauge('count', 'Values left: its end may be that many steps away')),
    state: detail('read; or why its value is not known: denied, locked, or pending: not asked for yet'),
  },
  history: ['used'],
  compute({ sequences, values }, { server }) {
    // Where there are none, nobody asks for their values.
    if (sequences.length === 0) return []
    if (!values) return fail('pending', 'the values of the sequences have not been read')
    const known = new Map(values.map((v) => [v.oid, v]))
    const stateOf = (oid: number) => known.get(oid)?.state ?? 'pending'
    const there = sequences.filter((s) => stateOf(s.oid) !== 'absent')
    if (there.length > 0 && there.every((s) => stateOf(s.oid) === 'denied'))
      return fail(
        'denied',
        `the values of ${plural(there.length, 'sequence')} may not be read`,
        `GRANT pg_read_all_data TO ${quoteIdentifier(server.user)};`,
      )
    return there
      .map((s) => {
        const last_value = known.get(s.oid)?.last_value ?? null
        const state = stateOf(s.oid)
        const sign = s.falling ? -1 : 1
        const far = (to: string, from: string) => sign * (Number(to) - Number(from))
        // All below 2^53 but for the beginning of a falling sequence of bigint, where a few values make no difference.
        const room = Math.max(1, Math.floor(far(s.last, s.first) / Number(s.step)) + 1)
        const left =
          last_value === null ? room : Math.max(0, Math.floor(far(s.last, last_value) / Number(s.step)))
        return {
          ...{ oid: s.oid, schema: s.schema, sequence: s.sequence, table: s.table, column: s.column },
          ...{ type: s.type, refers: s.refers, last_value, last: s.last, state },
          used: state === 'read' ? Math.max(0, 1 - left / room) : null,
          left: state === 'read' ? left : null,
        }
      })
      .sort((a, b) => (b.used ?? -1) - (a.used ?? -1) || a.oid - b.oid)
  },
})
