import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { cached } from '../../src/embedded/cache.ts'

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

const PACKED = fileURLToPath(new URL('../../node_modules/@sparticuz/chromium/', import.meta.url))
const FONTS =
  '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir prefix="relative">fonts</dir></fontconfig>'

/** $CHROME_PATH, Debian's Chromium, or the one from npm (x64 Linux only). */
async function browserPath(): Promise<string | undefined> {
  const named = process.env.CHROME_PATH
  if (named) return named
  if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium'
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const { version } = JSON.parse(readFileSync(join(PACKED, 'package.json'), 'utf8')) as { version: string }
  const tree = await cached(`chromium-${version}`, undefined, unpack)
  process.env.FONTCONFIG_PATH ??= join(tree, 'fonts')
  const libraries = [join(tree, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH]
  process.env.LD_LIBRARY_PATH = libraries.filter(Boolean).join(':')
  return join(tree, 'chromium')
}

/**
 * The package itself unpacks to /tmp/chromium: a test that starts meanwhile would run half a file, another user's tests
 * none at all.
 */
async function unpack(folder: string): Promise<void> {
  const { inflate } = await import('@sparticuz/chromium')
  mkdirSync(folder)
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  try {
    const files = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']
    await Promise.all(files.map((file) => inflate(join(PACKED, 'bin', file))))
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
  // Its own names /tmp.
  writeFileSync(join(folder, 'fonts', 'fonts.conf'), FONTS)
}

/** A headless Chromium, or undefined where there is none: then say so loudly and skip. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const executablePath = await browserPath()
  if (!executablePath) return undefined
  return chromium.launch({ executablePath, args: ARGS, headless: true })
}
