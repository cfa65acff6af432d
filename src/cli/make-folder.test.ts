import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testIo } from '../../test/io.ts'
import { temporaryFolder } from '../../test/store.ts'
import { makeFolder } from './make-folder.ts'
import { run } from './run.ts'

test('makes what is missing, for its owner only, also twice at once', async () => {
  const path = join(temporaryFolder(), 'a', 'b', 'c')
  await Promise.all([makeFolder(path), makeFolder(path)])
  expect(statSync(path).mode & 0o777).toBe(0o700)
})

test('says at once where nothing can be made', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await expect(makeFolder(join(file, 'x'))).rejects.toMatchObject({ code: 'store-failed' })
})

test.skipIf(!existsSync('/proc/self'))('a history below /proc is refused, and nothing hangs', async () => {
  const { io, err } = testIo()
  const args = [
    'act',
    'vacuum',
    'table=t',
    'postgres://a@127.0.0.1:1/b',
    '--store',
    '/proc/nothing/here/x.db',
  ]
  expect(await run(args, io)).toBe(4)
  expect(err()).toContain('/proc/nothing')
})
