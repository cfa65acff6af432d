import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const known = ['connections-near-limit', 'cache-hit', 'dead-rows']

test.each([
  ['conections-near-limit', 'connections-near-limit'],
  ['cache_hit', 'cache-hit'],
  ['Dead-Rows', 'dead-rows'],
  ['zzzzzz', undefined],
])('%s is near %s', (word, name) => expect(nearest(word, known)).toBe(name))

test('a known name is nearest to itself', () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (word) => nearest(word, ['', word]) !== undefined))
})
