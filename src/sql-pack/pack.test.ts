import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { advice } from '../advice/index.ts'
import { parseConfig } from '../monitor/config.ts'
import { rules } from '../rules/index.ts'
import { loadPack } from './pack.ts'

const folder = new URL('../../sql/', import.meta.url)
const text = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const pack = loadPack()

/** Thresholds that only the pack has: what it judges from lifetime counters, or no rule judges yet. */
const OWN = new Set(['sequences', 'bloat', 'deadlocks'])

const defaults = new Map(
  [...pack.install.matchAll(/^ {2}\('([\w.-]+)', (NULL|[\d.]+)(?:::numeric)?, '/gm)].map(
    ([, name, value]) => [name as string, value === 'NULL' ? null : Number(value)],
  ),
)

test('its thresholds are those of the rules and the advice of the same name', () => {
  expect(defaults.size).toBeGreaterThan(35)
  const { limits } = parseConfig({})
  const known = new Map<string, number | null>([
    ...[...rules, ...advice].flatMap(({ name, thresholds }) =>
      Object.entries(thresholds as Record<string, number>).map(([key, value]): [string, number] => [
        `${name}.${key}`,
        value,
      ]),
    ),
    ['limits.storage', limits.storage],
    ['limits.slowQuery', limits.slowQuery],
  ])
  for (const [name, value] of defaults) {
    if (OWN.has(name.split('.')[0] as string)) continue
    expect([name, known.get(name)]).toEqual([name, value])
  }
})

test('every setting is read by a function, and every one that is read is there', () => {
  // Both kinds of transactions share their code, which puts the names together.
  const together = /^(idle-in|long)-transaction\.(warning|critical)$/
  const read = new Set([...pack.install.matchAll(/pgtend\.setting\('([^']+)'\)/g)].map((m) => m[1]))
  expect([...defaults.keys()].filter((name) => !together.test(name)).sort()).toEqual([...read].sort())
})

test('by hand it is the same: every file is included, in order', () => {
  const files = (which: RegExp) =>
    readdirSync(folder)
      .filter((name) => which.test(name))
      .sort()
  const included = [...text('install.sql').matchAll(/^\\ir (.+)$/gm)].map((m) => m[1])
  expect(included).toEqual([...files(/^upgrade-from-/), ...files(/^\d{3}-/)])
})

test('files stay short', () => {
  for (const name of readdirSync(folder))
    expect([name, text(name).split('\n').length < 300]).toEqual([name, true])
})
