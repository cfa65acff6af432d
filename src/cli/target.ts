import { AppError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { Config, TargetConfig } from '../monitor/config.ts'
import type { Io } from './io.ts'

const isUrl = (text: string): boolean => /^[a-z]+:/i.test(text)

/** The one database that a command is about: a URL, a configured name, DATABASE_URL, or the only configured one. */
export function chooseTarget(given: string | undefined, config: Config, env: Io['env']): TargetConfig {
  if (given !== undefined) return isUrl(given) ? { url: given } : namedTarget(given, config)
  if (env.DATABASE_URL) return { url: env.DATABASE_URL }
  const [first, ...others] = config.targets
  if (!first)
    throw new AppError('no-target', 'neither an argument, DATABASE_URL nor the configuration names one')
  if (others.length > 0) {
    throw new AppError(
      'no-target',
      `several are configured; say which: ${config.targets.map(nameOf).join(', ')}`,
    )
  }
  return first
}

function namedTarget(name: string, config: Config): TargetConfig {
  const found = config.targets.find((t) => t.name === name)
  if (found) return found
  const close = nearest(name, config.targets.map(nameOf))
  const hint = close === undefined ? '' : `; did you mean ${close}?`
  throw new AppError('no-target', `"${name}" is neither a postgres:// URL nor a configured target${hint}`)
}

const nameOf = (target: TargetConfig): string => target.name ?? '(without a name)'

/** A target written as `name=postgres://…` or as a bare URL. */
export function parseTarget(text: string): TargetConfig {
  const named = /^([^=:/?]+)=(.+)$/s.exec(text)
  const url = named?.[2] ?? text
  if (!isUrl(url)) throw new AppError('bad-url', `--target takes a URL or name=URL`)
  return named ? { name: named[1] as string, url } : { url }
}
