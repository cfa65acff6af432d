import { z } from 'zod'
import type { Backups } from '../../backup/backups.ts'
import { AppError } from '../../core/errors.ts'
import { type Deps, defineRoute, type Route, target, targetOf } from '../route.ts'

const backupsOf = ({ backups }: Deps): Backups => {
  if (!backups) throw new AppError('no-store', 'backups are recorded in the history store')
  return backups
}

/** They cost disk, load and, by retention, older backups: whoever only watches may not make them. */
const allowedBackups = (deps: Deps): Backups => {
  if (!deps.operator?.allowed) throw new AppError('not-allowed', 'backups are made where actions are allowed')
  return backupsOf(deps)
}

const nothing = z.strictObject({})

const list = defineRoute({
  path: '/api/backups',
  doc: 'The backups of a target, newest first, and how far those are that are being made or proved.',
  answer:
    "{ directory, backups: [{ id, target, at, status: 'running'|'done'|'failed', database?, serverVersion?, bytes?, databaseBytes?, tables?, rows?, seconds?, method?: 'pg_dump'|'built-in', verified?: { at, ok, seconds, detail, notVerifiable }, error?, progress?: { step, done } }] }",
  query: z.strictObject({ target }),
  async handle({ query }, deps) {
    const backups = backupsOf(deps)
    const found = await backups.list(targetOf(deps.monitor, query.target).id)
    return {
      directory: backups.directory,
      backups: found.map(({ owner: _, snapshot: __, ...shown }) => shown),
    }
  },
})

const run = defineRoute({
  method: 'POST',
  path: '/api/backups/run',
  doc: 'Begins a backup. The answer comes as soon as it runs, with status 202; /api/backups tells how it goes on. Body: `target` (id; default the first).',
  answer: '202 and the backup, as in /api/backups',
  query: nothing,
  body: z.strictObject({ target }),
  async handle({ body }, deps) {
    const backups = allowedBackups(deps)
    const { owner: _, ...begun } = await backups.start(targetOf(deps.monitor, body.target).id)
    return Response.json(begun, { status: 202, headers: { 'cache-control': 'no-store' } })
  },
})

const verify = defineRoute({
  method: 'POST',
  path: '/api/backups/:id/verify',
  doc: 'Proves a backup: its files by their hashes, then its content by restoring it into a throw-away server. The answer comes when that is done; `seconds` is the measured recovery time.',
  answer: '{ at, ok, seconds, detail, notVerifiable: [] }',
  query: nothing,
  body: nothing,
  handle: ({ params }, deps) => allowedBackups(deps).verify(params.id ?? ''),
})

export const backupRoutes: readonly Route[] = [list, run, verify]
