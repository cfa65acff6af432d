import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actions } from '../actions/index.ts'
import type { Action } from '../core/action.ts'
import { checkInput, parseInput } from './input.ts'

const action = (name: string): Action => actions.find((a) => a.name === name) as Action

describe('parseInput', () => {
  it('gives each value its type', () => {
    const pairs = [
      ['table', '1'],
      ['freeze', 'yes'],
    ] as const
    expect(parseInput(action('vacuum'), pairs)).toEqual({ table: '1', freeze: true })
    expect(parseInput(action('cancel-backend'), [['pid', '12']])).toEqual({ pid: 12 })
  })

  it.each([
    ['cancel-backend', [['pid', ' ']], 'not a number'],
    ['vacuum', [['freeze', 'maybe']], 'neither true nor false'],
    ['vacuum', [['freeze', 'true']], 'needs table'],
    ['vacuum', [['constructor', 'x']], 'takes no constructor'],
    ['vacuum', [['table', '']], 'is empty'],
  ] as const)('refuses %s of %o', (name, pairs, why) => {
    expect(() => parseInput(action(name), pairs)).toThrow(why)
  })
})

it('lets any text through that PostgreSQL can hold, and no other', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }), (table) => {
      const check = () => checkInput(action('vacuum'), { table })
      if (table.isWellFormed() && !table.includes('\0')) expect(check).not.toThrow()
      else expect(check).toThrow('no text that PostgreSQL can hold')
    }),
  )
})
