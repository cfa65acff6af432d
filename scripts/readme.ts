/**
 * Writes what the README shows: the report of `pgtend check` and the dashboard's picture, from a real demo with three faults on.
 * Takes about three minutes; run it when what they show has changed: `npm run readme`.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchBrowser } from '../test/e2e/browser.ts'

const FAULTS = ['missing-index', 'blocking-chain', 'dead-rows']
const HISTORY_SECONDS = 75
const FOUND_SECONDS = 40
const LINES = 28

/** Runs the CLI as a user does and gives what it printed. */
async function pgtend(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ['bin/pgtend.cjs', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) text += chunk
  return text
}

async function photograph(
  page: string,
  path: string,
  colorScheme: 'light' | 'dark',
  width: number,
): Promise<void> {
  const browser = await launchBrowser()
  if (!browser) throw new Error('There is no Chromium here.')
  const context = await browser.newContext({
    viewport: { width, height: 1500 },
    locale: 'en-US',
    colorScheme,
    deviceScaleFactor: 1,
  })
  const tab = await context.newPage()
  await tab.goto(page)
  await sleep(4000)
  await tab.screenshot({ path })
  await browser.close()
}

const dir = mkdtempSync(join(tmpdir(), 'pgtend-readme-'))
const demo = spawn(process.execPath, ['bin/pgtend.cjs', 'demo', '--dir', dir], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  let printed = ''
  demo.stdout.on('data', (chunk) => {
    printed += chunk
  })
  while (!/Database {3}\S+/.test(printed)) await sleep(200)
  const named = (what: RegExp): string => what.exec(printed)?.[1] ?? ''
  const page = named(/Dashboard {2}(\S+)/)
  const url = named(/Database {3}(\S+)/).replace('postgres@', 'pgtend@')
  await sleep(HISTORY_SECONDS * 1000)
  for (const fault of FAULTS) await pgtend('demo', 'fault', fault, 'on', '--dir', dir)
  await sleep(FOUND_SECONDS * 1000)
  await photograph(page, 'docs/images/dashboard.png', 'light', 1440)
  await photograph(page, 'docs/images/dashboard-dark.png', 'dark', 1440)
  const report = await pgtend('check', url, '--interval', '5')
  const shown = url.replace(/:\d+\//, '/')
  const lines = report.replaceAll(url, shown).trimEnd().split('\n')
  // The first findings with what to do show what the rest is like.
  const short = [...lines.slice(0, LINES), '  …'].join('\n')
  const block = `<!-- check: written by npm run readme -->\n\`\`\`\n$ npx pgtend check ${shown}\n${short}\n\`\`\`\n<!-- /check -->`
  const readme = readFileSync('README.md', 'utf8')
  writeFileSync(
    'README.md',
    readme.replace(/<!-- check: .*?<!-- \/check -->/s, () => block),
  )
} finally {
  demo.kill('SIGINT')
  await new Promise((done) => demo.once('exit', done))
  rmSync(dir, { recursive: true, force: true })
}
