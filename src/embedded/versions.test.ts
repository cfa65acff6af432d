import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MAJORS } from '../core/probe.ts'
import { installCommand, VERSIONS } from './versions.ts'

test('the packages that pgtend asks for are those that it is tested with', () => {
  const path = new URL('../../package.json', import.meta.url)
  const { optionalDependencies } = JSON.parse(readFileSync(path, 'utf8')) as {
    optionalDependencies: Record<string, string>
  }
  for (const major of MAJORS) {
    const own = Object.entries(optionalDependencies).filter(([name]) => name.startsWith(`pg${major}-`))
    expect(own.length).toBeGreaterThan(0)
    for (const [, version] of own) expect(version.endsWith(`@${VERSIONS[major]}`)).toBe(true)
  }
  const [name, version] = installCommand(17, 'linux-x64').split(' ').at(-1)?.split('@npm:') ?? []
  expect(optionalDependencies[name as string]).toBe(`npm:${version}`)
})
