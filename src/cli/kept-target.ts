import { existsSync } from 'node:fs'
import { AppError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { Store } from '../core/store.ts'
import type { Config } from '../monitor/config.ts'
import { identify, type Named } from '../monitor/identify.ts'
import { parseUrl, redactUrl } from '../postgres/url.ts'
import { openStore } from '../store/open-store.ts'
import { storePathOf } from './host.ts'
import type { Io } from './io.ts'

/** A target as the history knows it. */
export interface KeptTarget {
  readonly id: string
  /** Where a URL names it. */
  readonly database?: string
}

/**
 * Runs `work` over the history of one target: an id, a configured name or a URL, or the only one that there is.
 * Works while `pgtend serve` writes the same file. Throws AppError `no-store`, `unknown-target`, `no-target`.
 */
export async function withHistory<T>(
  asked: { readonly given: string | undefined; readonly store: string | undefined; readonly config: Config },
  io: Io,
  work: (store: Store, target: KeptTarget) => Promise<T>,
): Promise<T> {
  const path = storePathOf(io, asked.store, asked.config)
  if (!existsSync(path))
    throw new AppError('no-store', `${path} does not exist: nothing has been watched yet`)
  const store = await openStore({ path })
  try {
    return await work(store, chooseKept(asked.given, asked.config, io.env, await store.targets()))
  } finally {
    await store.close()
  }
}

const isUrl = (text: string): boolean => /^[a-z]+:/i.test(text)

/** The target of the history that is meant. */
export function chooseKept(
  given: string | undefined,
  config: Config,
  env: Io['env'],
  kept: readonly string[],
): KeptTarget {
  const named = identify(config.targets, redactUrl)
  const of = ({ id, secret }: Named): KeptTarget => ({ id, database: parseUrl(secret, env).database })
  const byUrl = (url: string): KeptTarget[] =>
    [...named.filter((n) => n.secret === url), ...identify([{ url }], redactUrl)].map(of)
  const candidates =
    given === undefined
      ? [...(env.DATABASE_URL ? byUrl(env.DATABASE_URL) : []), ...only(kept, named).map(of)]
      : [
          ...named.filter((n) => n.id === given || n.name === given).map(of),
          { id: given },
          ...(isUrl(given) ? byUrl(given) : []),
        ]
  const found = candidates.find(({ id }) => kept.includes(id))
  if (found) return found
  if (given === undefined && kept.length === 1) return { id: kept[0] as string }
  const there = kept.length === 0 ? 'nothing has been watched yet' : `it has: ${kept.join(', ')}`
  if (given === undefined)
    throw new AppError('no-target', `say which target of the history is meant; ${there}`)
  const shown = isUrl(given) ? redactUrl(given) : given
  const close = nearest(given, kept)
  const hint = close === undefined ? there : `did you mean ${close}?`
  throw new AppError('unknown-target', `the history has nothing of "${shown}"; ${hint}`)
}

/** The only configured target, or the one that the only history is of. */
const only = (kept: readonly string[], named: readonly Named[]): readonly Named[] =>
  named.length === 1 ? named : named.filter((n) => kept.length === 1 && n.id === kept[0])
