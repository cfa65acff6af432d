import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byOid } from './_by-oid.ts'

const oids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 9 })

test('finds each row, and none that is not there, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(oids, { minLength: 1, maxLength: 5 }), (samples) => {
      const find = byOid<{ oid: number; sample: number }>()
      const since = {}
      for (const [sample, list] of samples.entries()) {
        const at = find(
          list.map((oid) => ({ oid, sample })),
          since,
        )
        for (let oid = 0; oid <= 9; oid++)
          expect(at(oid)).toEqual(list.includes(oid) ? { oid, sample } : undefined)
      }
    }),
  )
})
