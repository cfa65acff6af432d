import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Ours, not @sparticuz/chromium's defaults, which turn web security off and share one process. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
]

/** $CHROME_PATH, Debian's Chromium, or the one from npm (x64 Linux only). */
async function browserPath(): Promise<string | undefined> {
  const named = process.env.CHROME_PATH
  if (named) return named
  if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium'
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  // Read while the package is loaded: with it the package unpacks the libraries and fonts it needs.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs24.x'
  const { default: packed } = await import('@sparticuz/chromium')
  return packed.executablePath()
}

/** A headless Chromium, or undefined where there is none: then say so loudly and skip. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const executablePath = await browserPath()
  if (!executablePath) return undefined
  return chromium.launch({ executablePath, args: ARGS, headless: true })
}
