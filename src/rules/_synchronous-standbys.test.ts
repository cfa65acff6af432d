import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSynchronousStandbys } from './_synchronous-standbys.ts'

test.each([
  ['', undefined],
  ['  ', undefined],
  ['*', { number: 1, names: ['*'] }],
  ['a, b', { number: 1, names: ['a', 'b'] }],
  ['2 (a, b, c)', { number: 2, names: ['a', 'b', 'c'] }],
  ['FIRST 2 (a, "b c")', { number: 2, names: ['a', 'b c'] }],
  ['any 1 (*)', { number: 1, names: ['*'] }],
  ['"we, ird"', { number: 1, names: ['we, ird'] }],
])('%s', (text, wanted) => expect(parseSynchronousStandbys(text)).toEqual(wanted))

test('whatever names are quoted come back', () => {
  const name = fc.string({ minLength: 1 })
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1 }),
      fc.nat(9),
      fc.constantFrom('', 'FIRST ', 'ANY '),
      (names, n, how) => {
        const list = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')
        expect(parseSynchronousStandbys(`${how}${n} (${list})`)).toEqual({ number: n, names })
      },
    ),
  )
})
