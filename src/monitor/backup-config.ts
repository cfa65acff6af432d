import { z } from 'zod'

/** The section `backup` of the configuration. */
export interface BackupSettings {
  readonly directory: string | null
  readonly keep: { readonly last: number; readonly days: number }
  readonly verify: 'each' | 'daily' | 'never'
  readonly tools: string
  readonly scratch: string | null
}

export const backupSchema = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'Where backups are kept; default the folder backups beside the history. Best on another disk or machine',
      ),
    keep: z
      .strictObject({
        last: z.number().int().min(1).max(10_000).default(14).describe('Of each target the newest so many'),
        days: z.number().min(0).max(3650).default(7).describe('And all that are younger than so many days'),
      })
      .prefault({}),
    verify: z
      .enum(['each', 'daily', 'never'])
      .default('daily')
      .describe(
        'Which backups are proved by restoring them into a throw-away server as soon as they are made',
      ),
    tools: z
      .string()
      .min(1)
      .default('auto')
      .describe(
        'auto: pg_dump and pg_restore where they fit the server, else built-in; built-in; or their folder',
      ),
    scratch: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Where throw-away servers keep their data; default the folder for temporary files'),
  })
  .prefault({}) satisfies z.ZodType<BackupSettings>
