import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Two folders up from src/cli and dist/cli alike. */
const ROOT = new URL('../../', import.meta.url)

/** The version in package.json. */
export const version = (): string =>
  (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string }).version

/** The folder of the built dashboard. */
export const webRoot = (): string => fileURLToPath(new URL('dist/web', ROOT))
