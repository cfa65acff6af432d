import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError } from '../core/errors.ts'
import { type Config, parseConfig, withEnvironment } from '../monitor/config.ts'
import type { Io } from './io.ts'

const NAMES = ['pgtend.config.ts', 'pgtend.config.json']

/** The configuration: the named file or the one in the current folder, under the PGTEND_* variables. Throws AppError `bad-config`. */
export async function loadConfig(io: Pick<Io, 'cwd' | 'env'>, named?: string): Promise<Config> {
  const path = named === undefined ? findFile(io.cwd) : resolve(io.cwd, named)
  const input = path === undefined ? {} : await readConfig(path)
  return parseConfig(withEnvironment(input, io.env))
}

function findFile(folder: string): string | undefined {
  const found = NAMES.map((name) => resolve(folder, name)).filter((path) => existsSync(path))
  if (found.length > 1) throw new AppError('bad-config', `there are both ${NAMES.join(' and ')}; keep one`)
  return found[0]
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  let input: unknown
  try {
    input = path.endsWith('.json')
      ? JSON.parse(await readFile(path, 'utf8'))
      : ((await import(pathToFileURL(path).href)) as { default?: unknown }).default
  } catch (error) {
    throw new AppError('bad-config', `${path}: ${(error as Error).message}`, { cause: error })
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    const shape = path.endsWith('.json') ? 'an object' : 'an object as its default export'
    throw new AppError('bad-config', `${path} must hold ${shape}`)
  }
  return input as Record<string, unknown>
}
