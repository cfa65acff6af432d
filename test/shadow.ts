import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openShadow, type Shadow } from '../src/shadow/shadow.ts'

/** A shadow of the test file's own: opened before its tests, stopped and removed after them. */
export function testShadow(): () => Shadow {
  let home = ''
  let shadow: Shadow | undefined
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'pgtend-shadow-'))
    // The account that servers run as must get in.
    chmodSync(home, 0o755)
    shadow = openShadow({ home })
  })
  afterAll(async () => {
    await shadow?.close()
    rmSync(home, { recursive: true, force: true })
  })
  return () => {
    if (!shadow) throw new Error('the shadow is opened before the tests')
    return shadow
  }
}
