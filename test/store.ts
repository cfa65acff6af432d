import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { Finding } from '../src/core/rule.ts'
import type { Batch, Point, Store } from '../src/core/store.ts'
import { openStore } from '../src/store/open-store.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pgtend-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const point = (metric: string, at: number, value: number, labels: unknown[] = []): Point => ({
  target: 'a',
  metric,
  labels: JSON.stringify(labels),
  at,
  value,
})

export const batch = (at: number, points: readonly Point[], more: Partial<Batch> = {}): Batch => ({
  target: 'a',
  at,
  points,
  ...more,
})

export const finding = (rule: string, subject: string, more: Partial<Finding> = {}): Finding => ({
  key: `${rule}/${subject}`,
  rule,
  subject,
  title: rule,
  severity: 'warning',
  value: 1,
  unit: 'count',
  summary: `${subject} is not well`,
  evidence: { subject },
  ...more,
})

/** A store of its own, closed and gone after the test. */
export async function openTestStore(path = join(temporaryFolder(), 'history.db')): Promise<Store> {
  const store = await openStore({ path })
  onTestFinished(() => store.close())
  return store
}

/** Another Node process that runs the script with `openStore` and `path` at hand. */
export function runWithStore(path: string, script: string): ChildProcessByStdio<null, Readable, Readable> {
  const source = new URL('../src/store/open-store.ts', import.meta.url)
  const code = `
    import { openStore } from ${JSON.stringify(source.href)}
    const path = ${JSON.stringify(path)}
    ${script}`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Resolves with what the process printed; rejects with its errors when it fails. */
export function finished(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  const [out, err]: [string[], string[]] = [[], []]
  child.stdout.on('data', (text) => out.push(String(text)))
  child.stderr.on('data', (text) => err.push(String(text)))
  return new Promise((resolve, reject) => {
    child.on('close', (code) => (code === 0 ? resolve(out.join('')) : reject(new Error(err.join('')))))
  })
}
