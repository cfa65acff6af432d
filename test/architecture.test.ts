import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { breaches, importsOf, sources } from './architecture.ts'

test('the house keeps its own rules', () => {
  expect(breaches(sources(join(import.meta.dirname, '../src')))).toEqual([])
})

describe('a planted breach is caught', () => {
  const breach = (path: string, source: string, more: [string, string][] = []): string[] =>
    breaches(new Map([[path, source], ...more]))

  test.each([
    ['a plain import', 'core/a.ts', "import { x } from '../probes/x.ts'"],
    ['a side-effect import', 'core/a.ts', "import '../probes/x.ts'"],
    ['an import over several lines', 'rules/a.ts', "import {\n  x,\n  y,\n} from '../postgres/x.ts'"],
    ['a dynamic import', 'rules/a.ts', "const x = await import('../store/x.ts')"],
    ['a re-export', 'probes/a.ts', "export * from '../rules/x.ts'"],
    ['a named re-export', 'probes/a.ts', "export { x } from '../rules/x.ts'"],
    ['the same folder by a roundabout way', 'core/a.ts', "import x from '../core/../store/x.ts'"],
    ['a page in the server', 'server/a.ts', "import { x } from '../web/x.ts'"],
    ['a value from core in react', 'react/a.ts', "import { scoreHealth } from '../core/health.ts'"],
    ['a value from the optimizer in react', 'react/a.ts', "import { lint } from '../optimizer/lint.ts'"],
    ['a package in core', 'core/a.ts', "import { z } from 'zod'"],
    ['node in core', 'core/a.ts', "import { readFileSync } from 'node:fs'"],
    ['pg outside postgres', 'monitor/a.ts', "import pg from 'pg'"],
    ['a folder that the plan does not know', 'utils/a.ts', 'export const x = 1'],
    ['a file that is too long', 'core/a.ts', 'export {}\n'.repeat(301)],
  ])('%s', (_what, path, source) => expect(breach(path, source)).toHaveLength(1))

  test('a circle', () => {
    const found = breach('core/a.ts', "import './b.ts'", [
      ['core/b.ts', "import './c.ts'"],
      ['core/c.ts', "import './a.ts'"],
    ])
    expect(found).toEqual(['circular: core/a.ts → core/b.ts → core/c.ts → core/a.ts'])
  })
})

test('what is allowed is not caught', () => {
  const files = new Map([
    ['rules/a.ts', "import x from '../probes/x.ts'\nimport { y } from '../core/y.ts'"],
    ['react/a.ts', "import type { Health } from '../core/health.ts'\nimport { useState } from 'react'"],
    ['react/b.ts', "import type { QueryReport } from '../optimizer/report.ts'"],
    ['core/a.ts', "// import '../store/x.ts'\nconst text = `import '../store/x.ts'`\nexport { text }"],
  ])
  expect(breaches(files)).toEqual([])
})

test('a type import is told from a value import', () => {
  const source =
    "import type { A } from './a.ts'\nimport { type B } from './b.ts'\nimport { c, type D } from './c.ts'"
  expect(importsOf('x.ts', source)).toEqual([
    { to: './a.ts', typeOnly: true },
    { to: './b.ts', typeOnly: true },
    { to: './c.ts', typeOnly: false },
  ])
})
