import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byNumber } from './by-number.ts'

const oid = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 16_384, max: 16_500 }))

test('gives what a Map would', () => {
  fc.assert(
    fc.property(fc.array(oid, { maxLength: 300 }), fc.array(oid), (oids, others) => {
      const rows = oids.map((oid, at) => ({ oid, at }))
      const [found, map] = [byNumber(rows, 'oid'), new Map(rows.map((r) => [r.oid, r]))]
      for (const key of [...oids, ...others]) {
        expect(found.get(key)).toBe(map.get(key))
        expect(found.has(key)).toBe(map.has(key))
        expect(rows[found.placeOf(key)]).toBe(map.get(key))
      }
    }),
  )
})
