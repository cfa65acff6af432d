import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { parseSync } from 'oxc-parser'

/** Who may import whom (DESIGN §2). A folder may always import itself. `types`: only `import type`. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[] | 'all-but-pages'>> = {
  core: [],
  probes: ['core'],
  store: ['core'],
  render: ['core', 'optimizer'],
  postgres: ['core'],
  embedded: ['core'],
  derived: ['core', 'probes'],
  rules: ['core', 'probes', 'derived'],
  advice: ['core', 'probes', 'derived', 'optimizer'],
  actions: ['core'],
  runbooks: ['core', 'actions'],
  operations: ['core', 'actions', 'runbooks'],
  alerts: ['core', 'rules'],
  notify: ['core'],
  monitor: ['core', 'probes', 'derived', 'rules', 'advice', 'alerts', 'runbooks', 'optimizer'],
  maintenance: ['core', 'probes', 'derived', 'rules', 'advice', 'actions', 'operations'],
  capacity: ['core'],
  optimizer: ['core'],
  shadow: ['core', 'embedded', 'postgres', 'optimizer'],
  backup: ['core', 'embedded', 'postgres'],
  demo: ['core', 'embedded', 'postgres'],
  'sql-pack': ['core', 'postgres'],
  server: 'all-but-pages',
  cli: 'all-but-pages',
  react: ['core', 'optimizer'],
  web: ['react', 'core'],
  // Files directly in src: the public API and what wires it together.
  '.': 'all-but-pages',
}

/** Pure core modules that a page may run, not only take types from: what they say is the same everywhere. */
const SHARED_WITH_PAGES = new Set(['core/format.ts', 'core/mended.ts', 'core/statement-id.ts'])
/** Packages that only these folders may use. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  pg: ['postgres', 'store', 'embedded', 'demo'],
  'node:sqlite': ['store'],
  react: ['react', 'web'],
}
const LINES = 300

export interface Import {
  readonly to: string
  readonly typeOnly: boolean
}

/** Every module that a source names: static, side-effect and dynamic imports, and re-exports. */
export function importsOf(path: string, source: string): Import[] {
  const { module, errors } = parseSync(path, source)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  const found: Import[] = []
  for (const i of module.staticImports) {
    found.push({
      to: i.moduleRequest.value,
      typeOnly: i.entries.length > 0 && i.entries.every((e) => e.isType),
    })
  }
  for (const e of module.staticExports) {
    for (const entry of e.entries) {
      if (entry.moduleRequest) found.push({ to: entry.moduleRequest.value, typeOnly: entry.isType })
    }
  }
  for (const d of module.dynamicImports) {
    const text = source.slice(d.moduleRequest.start, d.moduleRequest.end)
    if (/^['"`]/.test(text)) found.push({ to: text.slice(1, -1), typeOnly: false })
  }
  return found
}

/** All breaches of the house's rules in a set of files: path below `src` → source. */
export function breaches(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = []
  const edges = new Map<string, string[]>()
  for (const [path, source] of files) {
    const folder = folderOf(path)
    const isTest = /\.test\.tsx?$/.test(path)
    const lines = source.split('\n').length - 1
    if (lines > LINES && !path.endsWith('/index.ts'))
      found.push(`${path} has ${lines} lines, ${LINES} at most`)
    if (isTest) continue
    if (!(folder in MAY_IMPORT)) found.push(`${path}: the folder ${folder} is not in the house's plan`)
    for (const { to, typeOnly } of importsOf(path, source)) {
      if (!to.startsWith('.')) {
        const name = to.startsWith('node:') ? to : to.split('/')[0]
        const owners = OWNERS[name as string]
        if (owners && !owners.includes(folder) && !typeOnly)
          found.push(`${path} imports ${to}: only ${owners.join(', ')} may`)
        if (folder === 'core' || (folder === 'react' && to.startsWith('node:')))
          found.push(`${path} imports ${to}`)
        continue
      }
      const target = relative('/', resolve('/', dirname(path), to))
        .split(sep)
        .join('/')
      if (!mayImport(folder, target, typeOnly)) found.push(`${path} imports ${target}`)
      if (!typeOnly) edges.set(path, [...(edges.get(path) ?? []), target])
    }
  }
  return [...found, ...cycles(edges)]
}

function mayImport(from: string, target: string, typeOnly: boolean): boolean {
  const to = folderOf(target)
  if (to === from) return true
  const allowed = MAY_IMPORT[from]
  if (allowed === undefined) return true
  if (allowed === 'all-but-pages') return to !== 'react' && to !== 'web' && (from === '.' || to !== 'cli')
  if (!allowed.includes(to)) return false
  if (to !== 'react' && (from === 'react' || from === 'web')) return typeOnly || SHARED_WITH_PAGES.has(target)
  return true
}

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] as string) : '.')

/** Each circle of imports once, by its first file. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) found.push(`circular: ${[...trail.slice(at), path].join(' → ')}`)
    if (at >= 0 || done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

/** The sources below a folder: path → text. */
export function sources(root: string): Map<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f))
  return new Map(files.map((f) => [f.split(sep).join('/'), readFileSync(join(root, f), 'utf8')]))
}
