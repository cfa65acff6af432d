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
  doc: 'How far each sequence that can run out has come towards its own end or that of the column it feeds, whichever comes first. At the end every insert fails.',
  rows: 'many',
  from: { sequences, values: maybe(sequenceValues) },
  columns: {
    oid: id('Oid of the sequence'),
    schema: label('Schema of the sequence'),
    sequence: label('Name of the sequence'),
    table: optional(detail('Table with the column that it feeds')),
    column: optional(detail('The column')),
    type: detail('Type of the column, else of the sequence'),
    last_value: optional(detail('Last value given; null where none was, or it may not be read')),
    last: detail('Last value that both sequence and column can hold'),
    used: optional(gauge('ratio', 'Values given out of those that there are; null where it may not be read')),
    left: optional(gauge('count', 'Values left')),
    readable: flag('The role may read its value'),
  },
  history: ['used'],
  compute({ sequences, values }, { server }) {
    // Where there are none, nobody asks for their values.
    if (sequences.length === 0) return []
    if (!values) return fail('pending', 'the values of the sequences have not been read')
    const known = new Map(values.map((v) => [v.oid, v]))
    const asked = sequences.filter((s) => known.has(s.oid))
    if (asked.length > 0 && asked.every((s) => known.get(s.oid)?.readable === false))
      return fail(
        'denied',
        `the values of ${plural(asked.length, 'sequence')} may not be read`,
        `GRANT pg_read_all_data TO ${quoteIdentifier(server.user)};`,
      )
    return asked
      .map((s) => {
        const { last_value = null, readable = false } = known.get(s.oid) ?? {}
        const sign = s.falling ? -1 : 1
        // All below 2^53 but for the beginning of a falling sequence of bigint, where a few values make no difference.
        const room = Math.max(1, sign * (Number(s.last) - Number(s.first)) + 1)
        const given = last_value === null ? 0 : sign * (Number(last_value) - Number(s.first)) + 1
        const share = Math.min(1, Math.max(0, given / room))
        return {
          ...{ oid: s.oid, schema: s.schema, sequence: s.sequence, table: s.table, column: s.column },
          ...{ type: s.type, last_value, last: s.last, readable },
          used: readable ? share : null,
          left: readable ? Math.max(0, room - given) : null,
        }
      })
      .sort((a, b) => (b.used ?? -1) - (a.used ?? -1) || a.oid - b.oid)
  },
})
