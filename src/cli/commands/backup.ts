import { dirname } from 'node:path'
import type { Backups } from '../../backup/backups.ts'
import type { Progress } from '../../backup/make.ts'
import { createBackupService } from '../../backup-service.ts'
import { AppError } from '../../core/errors.ts'
import { formatCount, formatSeconds, plural } from '../../core/format.ts'
import { nearest } from '../../core/nearest.ts'
import type { Config } from '../../monitor/config.ts'
import { identify } from '../../monitor/identify.ts'
import { redactUrl } from '../../postgres/url.ts'
import { renderBackup, renderBackups, renderLeftOut, renderVerified } from '../../render/backups.ts'
import { openStore } from '../../store/open-store.ts'
import { atMost, defineCommand, type Values } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { confirm } from '../confirm.ts'
import { storePathOf, tell } from '../host.ts'
import type { Io } from '../io.ts'
import { makeFolder } from '../make-folder.ts'
import { statusLine } from '../status-line.ts'
import { chooseTarget } from '../target.ts'

const OPTIONS = {
  to: {
    type: 'string',
    value: 'url',
    help: 'restore: the database that it goes into; it must be there and empty',
  },
  force: { type: 'boolean', help: 'restore: beside what is there; nothing is written over' },
  'leave-out': {
    type: 'boolean',
    help: 'restore: without the owners, grants, comments and publications that the role has no right to; they are named',
  },
  yes: { type: 'boolean', help: 'restore: without being asked, for scripts' },
  directory: {
    type: 'string',
    value: 'folder',
    help: 'Where backups are kept; default backup.directory, else the folder backups beside the history',
  },
  store: { type: 'string', value: 'file', help: 'The history; default ~/.local/share/pgtend/history.db' },
  config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  json: { type: 'boolean', help: 'The answer as JSON' },
} as const

export default defineCommand({
  name: 'backup',
  summary: 'Back a database up, prove backups by restoring them, restore them',
  usage: [
    'pgtend backup run [url or configured name]',
    'pgtend backup list [url or configured name]',
    'pgtend backup verify <backup>',
    'pgtend backup restore <backup> --to <url> [--force] [--leave-out] [--yes]',
  ],
  doc: 'Backups are consistent, compressed and hashed; docs/backups.md says what is in them and how to restore them by hand. verify restores into a throw-away server and compares rows, sequences, constraints and indexes; its time is the measured recovery time. restore does all of it in one transaction or nothing. Exit code 0: done, and proved where that was asked; 1: the backup is not what it should be; 2: misuse, or the database is not empty; 3: can not connect; 4: failed.',
  options: OPTIONS,
  lasting: true,
  async run(values, positionals, io) {
    const [form = '', subject, ...rest] = positionals
    const run = Object.hasOwn(FORMS, form) ? FORMS[form] : undefined
    if (!run) {
      const close = nearest(form, Object.keys(FORMS))
      const hint = close === undefined ? `say ${Object.keys(FORMS).join(', ')}` : `did you mean ${close}?`
      throw new AppError('usage', `pgtend backup has no "${form}"; ${hint}`)
    }
    atMost(`backup ${form}`, rest, 0)
    const config = await loadConfig(io, values.config)
    return run({ subject, config, values, io })
  },
})

interface Asked {
  readonly subject: string | undefined
  readonly config: Config
  readonly values: Values<typeof OPTIONS>
  readonly io: Io
}

const FORMS: Readonly<Record<string, (asked: Asked) => Promise<number>>> = {
  run: (asked) =>
    withBackups(asked, true, async (backups, target) => {
      const made = await withProgress(asked.io, (onProgress) =>
        backups.run(target as string, { onProgress, signal: asked.io.stopped }),
      )
      say(asked, made, () => renderBackup(made, backups.directory, asked.io))
      return made.verified?.ok === false ? 1 : 0
    }),
  list: (asked) =>
    withBackups(asked, asked.subject !== undefined, async (backups, target) => {
      const found = await backups.list(target)
      const answer = { directory: backups.directory, backups: found }
      say(asked, answer, () => renderBackups(found, backups.directory, asked.io))
      return 0
    }),
  verify: (asked) =>
    withBackups(asked, false, async (backups) => {
      const id = idOf(asked)
      const verified = await withProgress(asked.io, (onProgress) =>
        backups.verify(id, { onProgress, signal: asked.io.stopped }),
      )
      say(asked, { id, ...verified }, () => renderVerified(verified, asked.io))
      return verified.ok ? 0 : 1
    }),
  restore: (asked) =>
    withBackups(asked, false, async (backups) => {
      const id = idOf(asked)
      const { values, io } = asked
      const { to, force } = values
      if (to === undefined) throw new AppError('usage', 'say where to: --to postgres://user@host/database')
      const where = redactUrl(to)
      if (!values.yes && !(await confirm(`Restore ${id} into ${where}?`, io))) return 2
      const restored = await withProgress(io, (onProgress) =>
        backups.restore(id, to, { force, leaveOut: values['leave-out'], onProgress, signal: io.stopped }),
      )
      const { tables, rows, seconds, leftOut } = restored
      say(asked, { id, to: where, ...restored }, () => {
        const what = `${plural(tables, 'table')} with ${formatCount(rows)} rows`
        return `Restored ${what} into ${where} in ${formatSeconds(seconds)}. Run ANALYZE there: statistics are no part of a backup.\n${renderLeftOut(leftOut)}`
      })
      return 0
    }),
}

function idOf({ subject }: Asked): string {
  if (subject === undefined) throw new AppError('usage', 'say which backup: pgtend backup list names them')
  return subject
}

const say = ({ values, io }: Asked, value: unknown, text: () => string): void =>
  io.out(values.json ? `${JSON.stringify(value, null, 2)}\n` : text())

async function withProgress<T>(
  io: Io,
  work: (onProgress: (now: Progress) => void) => Promise<T>,
): Promise<T> {
  const status = statusLine(io)
  try {
    return await work(({ step, done }) => status.bar(step, done))
  } finally {
    status.clear()
  }
}

/** Backups over the history that `pgtend serve` uses too: one of a target at a time, whoever began it. */
async function withBackups(
  { subject, config, values, io }: Asked,
  ofTarget: boolean,
  work: (backups: Backups, target: string | undefined) => Promise<number>,
): Promise<number> {
  const target = ofTarget ? chooseTarget(subject, config, io.env) : undefined
  const path = storePathOf(io, values.store, config)
  await makeFolder(dirname(path))
  const store = await openStore({ path })
  // Under the id that the history knows it by.
  const same = config.targets.findIndex((t) => t.url === target?.url)
  const targets = same >= 0 || !target ? config.targets : [target]
  const id = target && identify(targets, redactUrl)[Math.max(same, 0)]?.id
  const directory = values.directory ?? config.backup.directory
  const { backups, stop } = createBackupService({
    ...{ targets, store, storePath: path, env: io.env, onError: tell(io) },
    config: { ...config, backup: { ...config.backup, directory } },
  })
  try {
    for (const { id, error } of await backups.recover())
      io.err(`${id}: ${error ?? 'whole, though pgtend was ended'}\n`)
    return await work(backups, id)
  } finally {
    await stop()
    await store.close()
  }
}
