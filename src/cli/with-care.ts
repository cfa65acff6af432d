import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { createActing } from '../action-service.ts'
import { createBackupService } from '../backup-service.ts'
import { type Care, createCare } from '../care-service.ts'
import type { Actor } from '../core/action.ts'
import { identify } from '../monitor/identify.ts'
import type { Operator } from '../operations/operator.ts'
import { redactUrl } from '../postgres/url.ts'
import { openStore } from '../store/open-store.ts'
import { loadConfig } from './config-file.ts'
import { storePathOf, tell } from './host.ts'
import type { Io } from './io.ts'
import { makeFolder } from './make-folder.ts'
import { chooseTarget } from './target.ts'

/** Who is at the keyboard. */
export const somebody = (): Actor => ({ kind: 'person', name: userInfo().username })

/**
 * Maintenance and recovery of one target over the history that `pgtend serve` uses too, so that only one of them is at
 * work. Throws AppError.
 */
export async function withCare<T>(
  asked: {
    readonly given: string | undefined
    readonly store: string | undefined
    readonly config: string | undefined
    /** Whether it is going to act: then what a dead process left is ended first, and said. */
    readonly acts: boolean
  },
  io: Io,
  work: (care: Care, id: string) => Promise<T>,
): Promise<T> {
  const config = await loadConfig(io, asked.config)
  const target = chooseTarget(asked.given, config, io.env)
  const path = storePathOf(io, asked.store, config)
  await makeFolder(dirname(path))
  const store = await openStore({ path })
  // Under the id that the history knows it by.
  const same = config.targets.findIndex((t) => t.url === target.url)
  const targets = same >= 0 ? config.targets : [target]
  const id = identify(targets, redactUrl)[Math.max(same, 0)]?.id as string
  const terms = { targets, config, store, env: io.env, onError: tell(io) }
  const acting = createActing({ ...terms, allow: true })
  const backup = createBackupService({ ...terms, storePath: path })
  const care = createCare({ ...terms, acting, backups: backup.backups })
  try {
    if (asked.acts) await settleEarlier(care, acting.operator, io)
    return await work(care, id)
  } finally {
    await care.stop()
    await backup.stop()
    await acting.stop()
    await store.close()
  }
}

async function settleEarlier({ maintenance, recovery }: Care, operator: Operator, io: Io): Promise<void> {
  for (const run of await operator.recover({ wait: false })) {
    io.err(
      `An earlier ${run.plan.action} was ${run.status}. ${run.error ?? run.verification?.detail ?? ''}\n`,
    )
  }
  for (const { summary } of await maintenance.recover()) io.err(`An earlier maintenance. ${summary}\n`)
  for (const { title, error } of await recovery.recover()) io.err(`An earlier recovery, ${title}: ${error}\n`)
}
