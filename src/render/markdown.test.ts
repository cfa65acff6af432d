import { expect, test } from 'vitest'
import { pages } from '../../scripts/reference.ts'
import { ERRORS } from '../core/error-table.ts'
import { type ConfigInput, parseConfig } from '../monitor/config.ts'
import { knowledge } from '../server/knowledge.ts'
import { routes } from '../server/routes/index.ts'
import { markdownTable } from './markdown.ts'

const written = pages()
const page = (name: string): string => written[`docs/reference/${name}.md`] ?? ''

test('a cell cannot break its table', () => {
  expect(markdownTable(['a'], [['x | y\nz']])).toBe('| a |\n| --- |\n| x \\| y z |\n')
})

test.each([
  ['probes', knowledge.probes.map((p) => p.name)],
  ['derived', knowledge.derived.map((d) => d.name)],
  ['rules', knowledge.rules.map((r) => r.name)],
  ['advice', knowledge.advice.map((a) => a.name)],
  ['api', routes.map((r) => `${r.method ?? 'GET'} ${r.path}`)],
])('%s.md has a section for each', (name, sections) => {
  for (const section of sections) expect(page(name)).toContain(`\n## ${section}\n`)
})

test('every error has its line', () => {
  for (const code of Object.keys(ERRORS)) expect(page('errors')).toContain(`| \`${code}\` |`)
})

test('every table has as many cells in each row as in its head, and no text is missing', () => {
  for (const [path, text] of Object.entries(written)) {
    expect(text, path).not.toMatch(/\bundefined\b|\[object /)
    for (const block of text.match(/(^\|.*\|\n)+/gm) ?? []) {
      const widths = block
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/(?<!\\)\|/).length)
      expect(new Set(widths).size, `${path}\n${block}`).toBe(1)
    }
  }
})

test('links at the top lead to sections', () => {
  for (const [path, text] of Object.entries(written)) {
    const sections = [...text.matchAll(/^## (.*)$/gm)].map(([, name = '']) =>
      name
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    )
    for (const [, link = ''] of text.matchAll(/\]\(#(.*?)\)/g)) expect(sections, path).toContain(link)
  }
})

test('the example of the configuration is valid', () => {
  const example = /defineConfig\((\{.*?\})\)\n/s.exec(page('configuration'))?.[1] ?? ''
  const input = new Function(`return ${example}`)() as ConfigInput
  expect(parseConfig(input).targets).toHaveLength(1)
})
