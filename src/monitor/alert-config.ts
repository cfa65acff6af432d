import { z } from 'zod'
import { databaseAlertRules } from '../alerts/database-alert-rules.ts'
import type { AlertRuleSettings } from '../alerts/settings.ts'
import { nearest } from '../core/nearest.ts'
import type { Severity } from '../core/rule.ts'
import { rules } from '../rules/index.ts'

const REFERENCE = `\${NAME} stands for the environment variable`

const audience = {
  least: z
    .enum(['info', 'warning', 'critical'])
    .default('warning')
    .describe('The mildest severity that it is told'),
  targets: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Names of the targets it is told of; default all'),
}

const KINDS = ['slack', 'email', 'webhook']

const channel = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('slack'), url: z.string().min(1).describe(REFERENCE), ...audience }),
    z.strictObject({
      kind: z.literal('webhook'),
      url: z.string().min(1).describe(REFERENCE),
      secret: z.string().min(1).optional().describe(`Signs each message; ${REFERENCE}`),
      ...audience,
    }),
    z.strictObject({
      kind: z.literal('email'),
      server: z.string().min(1).describe(`smtp://user:password@host:587 or smtps://…; ${REFERENCE}`),
      from: z.string().min(3),
      to: z.array(z.string().min(3)).min(1),
      ...audience,
    }),
  ],
  {
    error: ({ input }) => {
      const kind = (input as { kind?: unknown } | undefined)?.kind
      const close = typeof kind === 'string' ? nearest(kind, KINDS) : undefined
      const hint = close === undefined ? `one of ${KINDS.join(', ')}` : `did you mean "${close}"?`
      return `the kind of a channel: ${hint}`
    },
  },
)

const seconds = (help: string) => z.number().min(0).max(604_800).optional().describe(help)

const rule = z.strictObject({
  enabled: z.boolean().optional(),
  for: seconds('Seconds that it must last before it fires'),
  calm: seconds('Seconds that it must be gone before it is resolved'),
  remind: seconds('Seconds between reminders until it is acknowledged; 0: none'),
  thresholds: z
    .record(z.string(), z.number())
    .optional()
    .describe('Thresholds for this purpose; those of the score are under thresholds'),
})

export const alertSchema = z
  .strictObject({
    channels: z
      .record(z.string().regex(/^[\w-]{1,50}$/, 'a channel’s name is of letters, digits, - and _'), channel)
      .default({})
      .describe('Who is told, by name: slack, email or webhook'),
    heartbeat: z
      .strictObject({
        url: z.string().min(1).describe(`Posted to while pgtend works; ${REFERENCE}`),
        seconds: z.number().min(1).max(86_400).default(60).describe('Between two heartbeats'),
      })
      .optional(),
    rules: z.record(z.string(), rule).default({}).describe('Changes to alert rules, by name'),
  })
  .superRefine((settings, ctx) => {
    for (const [name, { thresholds = {} }] of Object.entries(settings.rules)) {
      const known = databaseAlertRules.find((r) => r.name === name)
      const tell = (message: string) => ctx.addIssue({ code: 'custom', path: ['rules', name], message })
      if (!known) {
        tell(
          `there is no such alert rule${hint(
            name,
            databaseAlertRules.map((r) => r.name),
          )}`,
        )
        continue
      }
      const names = rules.filter((r) => known.from.includes(r.name)).flatMap((r) => Object.keys(r.thresholds))
      for (const key of Object.keys(thresholds)) {
        if (!names.includes(key)) tell(`there is no threshold "${key}"${hint(key, names)}`)
      }
    }
  })
  .prefault({})

const hint = (word: string, known: readonly string[]): string => {
  const close = nearest(word, known)
  if (close !== undefined) return `, did you mean "${close}"?`
  return known.length > 0 && known.length <= 12 ? ` (known: ${known.join(', ')})` : ''
}

interface Audience {
  readonly least: Severity
  readonly targets?: readonly string[] | undefined
}

/** Alerts as configured. Secrets may still be `${NAME}`: they are filled in where the channels are made. */
export interface AlertSettings {
  readonly channels: Readonly<
    Record<
      string,
      Audience &
        (
          | { readonly kind: 'slack'; readonly url: string }
          | { readonly kind: 'webhook'; readonly url: string; readonly secret?: string | undefined }
          | {
              readonly kind: 'email'
              readonly server: string
              readonly from: string
              readonly to: readonly string[]
            }
        )
    >
  >
  /** An address that is posted to while pgtend works, and seconds between. */
  readonly heartbeat?: { readonly url: string; readonly seconds: number } | undefined
  readonly rules: Readonly<Record<string, AlertRuleSettings>>
}
