import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findDemo } from './demo-client.ts'
import { claimFolder, readMark, writeMark } from './demo-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgtend-demo-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a folder that holds anything else is neither used nor emptied', async () => {
  await writeFile(join(folder, 'thesis.txt'), 'x')
  for (const reset of [false, true]) {
    await expect(claimFolder(folder, reset)).rejects.toMatchObject({ code: 'demo-failed' })
  }
  expect(await readdir(folder)).toEqual(['thesis.txt'])
})

test('reset empties its own folder, a mere start keeps it', async () => {
  const own = join(folder, 'a', 'demo')
  await claimFolder(own, false)
  await mkdir(join(own, 'data'))
  await claimFolder(own, false)
  expect(await readdir(own)).toContain('data')
  await claimFolder(own, true)
  expect(await readdir(own)).not.toContain('data')
  expect(await readMark(own)).toEqual({})
})

test('a demo that was stopped or killed is not found', async () => {
  await expect(findDemo(folder)).rejects.toMatchObject({ code: 'no-demo' })
  await claimFolder(folder, false)
  await expect(findDemo(folder)).rejects.toMatchObject({ code: 'no-demo' })
  await writeMark(folder, { url: 'http://127.0.0.1:1' })
  await expect(findDemo(folder)).rejects.toMatchObject({ code: 'no-demo' })
})
