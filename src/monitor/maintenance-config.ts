import { Cron } from 'croner'
import { z } from 'zod'
import type { MaintenanceSettings } from '../core/maintenance.ts'
import { nearest } from '../core/nearest.ts'

/** A day of the month or year that never comes is found within this: the longest wait for a 29 February. */
const EIGHT_YEARS = 8 * 366 * 86_400_000

/** Why an expression can't be a schedule, with a hint, or undefined. */
export function cronTrouble(text: string): string | undefined {
  const fields = text.trim().split(/\s+/)
  const shape = 'five fields: minute hour day month weekday, such as "0 3 * * *" for every day at 03:00'
  if (fields.length !== 5) {
    const extra = fields.length === 6 ? '; there is no field for seconds' : ''
    return `"${text}" is not a schedule: write ${shape}${extra}`
  }
  try {
    const next = new Cron(text, { mode: '5-part', paused: true, timezone: 'UTC' }).nextRun()
    if (!next || next.getTime() - Date.now() > EIGHT_YEARS)
      return `"${text}" never comes: there is no such day`
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '')
    return `"${text}" is not a schedule: ${why}; write ${shape}`
  }
  return undefined
}

/** Why a name is not a time zone, with the nearest one that is, or undefined. */
export function timezoneTrouble(name: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return undefined
  } catch {
    const known = Intl.supportedValuesOf('timeZone')
    // People leave the continent away, or write the city with a space.
    const word = name.trim().replaceAll(' ', '_')
    const city = known.find((zone) => zone.split('/').at(-1)?.toLowerCase() === word.toLowerCase())
    const close = city ?? nearest(word, known)
    return `there is no time zone "${name}"${close === undefined ? '; write it as Europe/Berlin or UTC' : `, did you mean "${close}"?`}`
  }
}

const told = (trouble: (text: string) => string | undefined) =>
  z.string().superRefine((text, ctx) => {
    const message = trouble(text)
    if (message !== undefined) ctx.addIssue({ code: 'custom', message })
  })

const clock = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, { message: 'write a time of day as "01:00"' })

const task = (cron: string, inWindow: boolean, what: string) =>
  z
    .strictObject({
      enabled: z.boolean().default(true).describe(`Whether to ${what} at these times`),
      cron: told(cronTrouble).default(cron).describe('minute hour day month weekday'),
      inWindow: z.boolean().default(inWindow).describe('Wait for the maintenance window'),
    })
    .prefault({})

const share = (value: number, help: string) => z.number().gt(0).lt(1).default(value).describe(help)

/** The section `maintenance` of the configuration. */
export const maintenanceSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Run tasks by themselves at their times; needs --allow-actions as well'),
    timezone: told(timezoneTrouble)
      .default('UTC')
      .describe('What times and window are told in, such as Europe/Berlin'),
    window: z
      .strictObject({
        from: clock.default('01:00').describe('When the maintenance window opens'),
        to: clock.default('05:00').describe('When it closes; may be past midnight'),
      })
      .refine((w) => w.from !== w.to, {
        message: 'from and to are the same: write 00:00 and 24:00 for the whole day',
      })
      .prefault({}),
    tasks: z
      .strictObject({
        vacuum: task('0 2 * * *', true, 'VACUUM tables with many dead rows'),
        analyze: task('15 * * * *', false, 'ANALYZE tables with stale statistics'),
        reindex: task('0 3 * * 0', true, 'rebuild invalid and bloated indexes'),
        backup: task('30 * * * *', false, 'back up'),
      })
      .prefault({}),
    vacuumFull: z
      .boolean()
      .default(false)
      .describe('Allow VACUUM FULL inside the window; it locks the table while it runs'),
    tableBloat: share(0.3, 'Free or dead share of a table above which VACUUM FULL is planned'),
    indexBloat: share(0.5, 'Free share of an index above which it is rebuilt'),
  })
  .prefault({}) satisfies z.ZodType<MaintenanceSettings>

/** Policies and thresholds of runbooks, by the name of the runbook. */
export interface RecoverySettings {
  readonly policies: Readonly<Record<string, { readonly enabled: boolean; readonly perHour: number }>>
  readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** The section `recovery` of the configuration. */
export const recoverySchema = z
  .strictObject({
    policies: z
      .record(
        z.string(),
        z.strictObject({
          enabled: z.boolean().default(false).describe('Run without asking when its finding is there'),
          perHour: z.number().int().min(1).max(60).default(2).describe('At most this often an hour'),
        }),
      )
      .default({})
      .describe('Runbooks that may run by themselves; none unless named here'),
    thresholds: z
      .record(z.string(), z.record(z.string(), z.number().min(0)))
      .default({})
      .describe('Thresholds of runbooks, by name'),
  })
  .prefault({}) satisfies z.ZodType<RecoverySettings>
