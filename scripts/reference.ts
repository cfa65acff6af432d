/** The pages of docs/reference, from the registries. Written and checked by gen.ts. */
import { z } from 'zod'
import { actions } from '../src/actions/index.ts'
import { COMMANDS } from '../src/cli/commands.ts'
import { DEMO_ROUTES } from '../src/cli/demo-app.ts'
import { optionName } from '../src/cli/help.ts'
import { ERRORS } from '../src/core/error-table.ts'
import { configJsonSchema, ENVIRONMENT } from '../src/monitor/config.ts'
import { lintRules } from '../src/optimizer/lint/index.ts'
import { planRules } from '../src/optimizer/plan/index.ts'
import { rewriteRules } from '../src/optimizer/rewrite/index.ts'
import { describe } from '../src/render/catalog.ts'
import { configurationPage } from '../src/render/configuration.ts'
import {
  actionsPage,
  advicePage,
  apiPage,
  checksPage,
  cliPage,
  type DocumentedRoute,
  errorsPage,
  rulesPage,
  tablesPage,
} from '../src/render/markdown.ts'
import { knowledge } from '../src/server/knowledge.ts'
import { routes } from '../src/server/routes/index.ts'

const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))

const PROBES =
  'A probe reads facts from PostgreSQL. Where one can not be read it says why and what would change that; it never counts as healthy. Units are base units: bytes, seconds, shares from 0 to 1.'
const LINT =
  'What pgtend says of the text of a statement. It is read by PostgreSQL’s own parser; with the tables’ columns and indexes known it says less that is wrong. Each finding names line and column.'
const PLAN =
  'What pgtend says of a plan: of EXPLAIN (FORMAT JSON), executed (ANALYZE) or not. Each finding names the node.'
const REWRITES =
  'Other texts that pgtend offers for a statement, made on its syntax tree. Each is the same by construction (as a set of rows), or says when it would differ.'
const DERIVED =
  'A derived table is computed from probes and other derived tables, once. Rates are differences between two samples of pgtend, never averages since the last reset.'

/** Text by path. */
export function pages(): Record<string, string> {
  const { tables, rules, advice } = describe(knowledge)
  const page = (name: string) => `docs/reference/${name}.md`
  return {
    [page('probes')]: tablesPage(
      'Probes',
      PROBES,
      tables.filter((t) => t.kind === 'probe'),
    ),
    [page('derived')]: tablesPage(
      'Derived tables',
      DERIVED,
      tables.filter((t) => t.kind === 'derived'),
    ),
    [page('rules')]: rulesPage(rules),
    [page('advice')]: advicePage(advice),
    [page('lint')]: checksPage('Lint', LINT, lintRules),
    [page('plan')]: checksPage('Plan findings', PLAN, planRules),
    [page('rewrites')]: checksPage(
      'Rewrites',
      REWRITES,
      rewriteRules.map((rule) => ({ ...rule, severity: 'another text' })),
    ),
    [page('actions')]: actionsPage(actions),
    [page('errors')]: errorsPage(ERRORS),
    [page('cli')]: cliPage(
      commands.map(({ default: { name, summary, usage, doc, options } }) => ({
        ...{ name, summary, usage },
        ...(doc === undefined ? {} : { doc }),
        options: Object.entries(options).map(
          ([option, spec]) => [optionName(option, spec), spec.help] as const,
        ),
      })),
    ),
    [page('api')]: apiPage([...routes.map(documented), ...DEMO_ROUTES]),
    [page('configuration')]: configurationPage(configJsonSchema(), ENVIRONMENT),
  }
}

function documented({ method = 'GET', path, doc, answer, query }: (typeof routes)[number]): DocumentedRoute {
  const schema = z.toJSONSchema(query, { io: 'input' })
  const parameters = Object.entries(schema.properties ?? {}).map(([name, spec]) => {
    const { description = '', default: fallback } = typeof spec === 'object' ? spec : {}
    const needed = schema.required?.includes(name) ? ' (required)' : ''
    return [
      name,
      `${description}${fallback === undefined ? '' : `; default ${String(fallback)}`}${needed}`,
    ] as const
  })
  return { method, path, doc, answer, query: parameters }
}
