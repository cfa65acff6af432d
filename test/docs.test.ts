import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = [
  ...readdirSync(root).filter((f) => f.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.md'))
    .map((f) => join('docs', f)),
]

test.each(pages)('every link and picture of %s is there', (page) => {
  const text = readFileSync(join(root, page), 'utf8').replace(/```.*?```/gs, '')
  const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map((m) => m[1] as string)
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
})

test('every script that the pages name is in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
  const builtIn = new Set(['ci', 'start', 'test', 'run', 'install', 'pack'])
  for (const page of pages) {
    const named = [...readFileSync(join(root, page), 'utf8').matchAll(/npm run (?:-s )?([\w:]+)/g)].map(
      (m) => m[1] as string,
    )
    expect([page, named.filter((name) => !(name in scripts) && !builtIn.has(name))]).toEqual([page, []])
  }
})
