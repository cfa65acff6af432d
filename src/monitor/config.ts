import { z } from 'zod'
import { advice } from '../advice/index.ts'
import { parseByteSize } from '../core/byte-size.ts'
import { AppError } from '../core/errors.ts'
import type { Limits } from '../core/given.ts'
import type { Weights } from '../core/health.ts'
import type { MaintenanceSettings } from '../core/maintenance.ts'
import { nearest } from '../core/nearest.ts'
import type { Thresholds } from '../core/rule.ts'
import { rules } from '../rules/index.ts'
import { runbooks } from '../runbooks/index.ts'
import { type AlertSettings, alertSchema } from './alert-config.ts'
import { type BackupSettings, backupSchema } from './backup-config.ts'
import { maintenanceSchema, type RecoverySettings, recoverySchema } from './maintenance-config.ts'

const seconds = (help: string) => z.number().positive().max(86_400).describe(help)
const bytes = z.union([
  z.number().int().positive(),
  z.string().transform((text, ctx) => {
    const size = parseByteSize(text)
    if (size === undefined)
      ctx.addIssue({ code: 'custom', message: `"${text}" is not a size such as "5 GB"` })
    return size ?? z.NEVER
  }),
])

const targetSchema = z.strictObject({
  name: z.string().min(1).max(100).optional().describe('Shown instead of host and database'),
  url: z.string().min(1).describe('Connection URL; the password may come from PGPASSWORD'),
  actionUrl: z
    .string()
    .min(1)
    .optional()
    .describe('Connection URL for actions, where the watching role may not act; a direct connection'),
  pooler: z
    .string()
    .min(1)
    .optional()
    .describe(
      'URL of the admin console of a PgBouncer before the server, as postgres://stats@host:6432/pgbouncer',
    ),
})

const schema = z.strictObject({
  targets: z.array(targetSchema).default([]).describe('Databases to watch'),
  cadence: z
    .strictObject({
      tick: seconds('Seconds between two ticks: activity, locks, replication').default(10),
      minute: seconds('Seconds between two reads of statements, tables and indexes').default(60),
      sweep: seconds('Seconds between two sweeps: sizes').default(900),
    })
    .prefault({}),
  limits: z
    .strictObject({
      storage: bytes
        .nullable()
        .default(null)
        .describe('Bytes that the database may take, or a text such as "5 GB"'),
      slowQuery: seconds('A statement with a mean above this many seconds is slow').default(1),
      criticalTables: z.array(z.string()).default([]).describe('Tables that matter most'),
    })
    .prefault({}),
  thresholds: z
    .record(z.string(), z.record(z.string(), z.number()))
    .default({})
    .describe('Thresholds of rules and advice, by name'),
  weights: z
    .record(
      z.string(),
      z.strictObject({
        info: z.number().min(0).max(100).optional(),
        warning: z.number().min(0).max(100).optional(),
        critical: z.number().min(0).max(100).optional(),
      }),
    )
    .default({})
    .describe('Points that a rule takes off the score, by severity'),
  server: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address that the dashboard listens on'),
      port: z.number().int().min(1).max(65_535).default(4711).describe('Port; the next free one if taken'),
    })
    .prefault({}),
  alerts: alertSchema,
  maintenance: maintenanceSchema,
  recovery: recoverySchema,
  backup: backupSchema,
  store: z.string().min(1).optional().describe('Path of the history file'),
})

export interface TargetConfig {
  readonly name?: string | undefined
  readonly url: string
  /** What actions connect by, where the watching role may not act. */
  readonly actionUrl?: string | undefined
  /** The admin console of a PgBouncer before the server. */
  readonly pooler?: string | undefined
}

/** The whole configuration with its defaults filled in. Sizes in bytes, times in seconds. */
export interface Config {
  readonly targets: readonly TargetConfig[]
  readonly cadence: { readonly tick: number; readonly minute: number; readonly sweep: number }
  readonly limits: Limits
  readonly thresholds: Readonly<Record<string, Thresholds>>
  readonly weights: Weights
  readonly server: { readonly host: string; readonly port: number }
  readonly alerts: AlertSettings
  readonly maintenance: MaintenanceSettings
  readonly recovery: RecoverySettings
  readonly backup: BackupSettings
  readonly store?: string | undefined
}

/** What `pgtend.config.ts` or `.json` may hold. */
export type ConfigInput = z.input<typeof schema>

/** Types a configuration in `pgtend.config.ts`; returns it unchanged. */
export const defineConfig = (config: ConfigInput): ConfigInput => config

/** The JSON schema of the configuration, for the reference page and editors. */
export const configJsonSchema = (): unknown => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })

/** Validates a configuration and fills in its defaults. Throws AppError `bad-config` that names each wrong key. */
export function parseConfig(input: unknown): Config {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw new AppError('bad-config', parsed.error.issues.map(explain).join('; '))
  const config = parsed.data as Config
  checkNames(config.thresholds, config.weights)
  checkRunbooks(config.recovery)
  return config
}

/** Environment variables that set a key of the configuration. */
export const ENVIRONMENT: Readonly<Record<string, readonly [path: string, kind: 'number' | 'text']>> = {
  PGTEND_STORE: ['store', 'text'],
  PGTEND_HOST: ['server.host', 'text'],
  PGTEND_PORT: ['server.port', 'number'],
  PGTEND_TICK: ['cadence.tick', 'number'],
  PGTEND_MINUTE: ['cadence.minute', 'number'],
  PGTEND_SWEEP: ['cadence.sweep', 'number'],
  PGTEND_STORAGE_LIMIT: ['limits.storage', 'text'],
  PGTEND_SLOW_QUERY: ['limits.slowQuery', 'number'],
}
/** Read elsewhere; not configuration. */
const OTHER_VARIABLES = new Set(['PGTEND_DEBUG'])

/** Lays environment variables over a configuration read from a file. Unknown `PGTEND_*` names are refused. */
export function withEnvironment(
  input: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const merged = structuredClone(input) as Record<string, unknown>
  // Secrets that the configuration refers to as ${NAME}.
  const referred = new Set(Array.from(JSON.stringify(input).matchAll(/\$\{(\w+)\}/g), (match) => match[1]))
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('PGTEND_') || name.startsWith('PGTEND_TEST_') || OTHER_VARIABLES.has(name)) continue
    if (referred.has(name)) continue
    const entry = ENVIRONMENT[name]
    if (!entry)
      throw new AppError('bad-config', `unknown variable ${name}${hint(name, Object.keys(ENVIRONMENT))}`)
    if (text === undefined || text === '') continue
    const [path, kind] = entry
    const value = kind === 'number' ? Number(text) : text
    if (Number.isNaN(value)) throw new AppError('bad-config', `${name} is "${text}", not a number`)
    const [group, key] = path.split('.') as [string, string | undefined]
    if (key === undefined) merged[group] = value
    else merged[group] = { ...(merged[group] as object | undefined), [key]: value }
  }
  return merged
}

function explain(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path)
    return issue.keys
      .map((key) => `unknown key "${[...issue.path, key].join('.')}"${hint(key, known)}`)
      .join('; ')
  }
  // Of the ways to write a value, the one that has more to say than its type.
  const own =
    issue.code === 'invalid_union'
      ? issue.errors.flat().find((e) => e.code === 'custom')
      : issue.code === 'invalid_key'
        ? issue.issues[0]
        : undefined
  return `${path === '' ? 'the configuration' : `"${path}"`}: ${(own ?? issue).message}`
}

/** The keys that the schema knows at a path, for the hint. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>
  for (const step of path) {
    const properties = node.properties as Record<string, unknown> | undefined
    node = ((typeof step === 'number' ? node.items : properties?.[String(step)]) ??
      node.additionalProperties ??
      {}) as Record<string, unknown>
  }
  // A value of several shapes, such as a channel, has the keys of all of them.
  const shapes = [node, ...((node.oneOf ?? []) as Record<string, unknown>[])]
  return shapes.flatMap((shape) => Object.keys((shape.properties as object | undefined) ?? {}))
}

function checkNames(thresholds: Config['thresholds'], weights: Weights): void {
  const tunable = new Map<string, Thresholds>([...rules, ...advice].map((r) => [r.name, r.thresholds]))
  for (const [name, values] of Object.entries(thresholds)) {
    const defaults = tunable.get(name)
    if (!defaults) {
      throw new AppError('bad-config', `thresholds: there is no rule "${name}"${hint(name, tunable.keys())}`)
    }
    for (const key of Object.keys(values)) {
      if (key in defaults) continue
      const known = hint(key, Object.keys(defaults))
      throw new AppError('bad-config', `thresholds.${name}: there is no threshold "${key}"${known}`)
    }
  }
  const names = new Set(rules.map((r) => r.name))
  for (const name of Object.keys(weights)) {
    if (!names.has(name)) {
      throw new AppError('bad-config', `weights: there is no rule "${name}"${hint(name, names)}`)
    }
  }
}

function checkRunbooks({ policies, thresholds }: RecoverySettings): void {
  const byName = new Map(runbooks.map((r) => [r.name, r]))
  for (const name of [...Object.keys(policies), ...Object.keys(thresholds)]) {
    if (!byName.has(name)) {
      throw new AppError('bad-config', `recovery: there is no runbook "${name}"${hint(name, byName.keys())}`)
    }
  }
  for (const [name, values] of Object.entries(thresholds)) {
    const known = Object.keys(byName.get(name)?.thresholds ?? {})
    for (const key of Object.keys(values)) {
      if (known.includes(key)) continue
      throw new AppError(
        'bad-config',
        `recovery.thresholds.${name}: there is no threshold "${key}"${hint(key, known)}`,
      )
    }
  }
}

function hint(word: string, known: Iterable<string>): string {
  const all = [...known]
  const close = nearest(word, all)
  if (close !== undefined) return `, did you mean "${close}"?`
  return all.length > 0 && all.length <= 12 ? ` (known: ${all.join(', ')})` : ''
}
