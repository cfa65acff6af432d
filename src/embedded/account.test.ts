import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { child, end, query, report, start, tempFolder } from '../../test/embedded.ts'
import { LATEST } from '../../test/servers.ts'
import { canReach, serverAccount } from './account.ts'
import { copyTree } from './copy-tree.ts'

const root = process.getuid?.() === 0

const temp = tempFolder()
afterAll(temp.remove)

let dataDir: string
beforeEach(() => {
  dataDir = temp.fresh()
})

test.runIf(root)(
  'root: the server runs as somebody else, whether or not they can reach the folder',
  async () => {
    const server = await start(dataDir)
    expect(canReach(dataDir, serverAccount(dataDir))).toBe(false)
    expect(readFileSync(`/proc/${server.pid}/status`, 'utf8')).toMatch(/^Uid:\t65534/m)
    await server.stop()
  },
)

// Needs a checkout that others may read, which the one that runs the tests need not be.
test.runIf(root && canReach(import.meta.filename, { uid: 65534, gid: 65534 }))(
  'an ordinary user',
  async () => {
    const place = mkdtempSync(join(tmpdir(), 'pgtend-user-'))
    chownSync(place, 65534, 65534)
    const node = child({ uid: 65534, cache: join(place, 'cache'), dataDir: join(place, 'data') })
    const server = await report(node)
    expect(await query(server, 'SELECT 1 AS up')).toEqual({ up: 1 })
    await end(node)

    // Root takes the data over and leaves them to their owner.
    const again = await start(join(place, 'data'))
    expect(await query(again, 'SELECT 1 AS up')).toEqual({ up: 1 })
    await again.stop()
    rmSync(place, { recursive: true })
  },
)

test('a checkout only its owner can enter, without the links of an install script, started twice at once', async () => {
  const checkout = join(mkdtempSync(join(temp.path, 'checkout-')), 'app')
  const binaries = `node_modules/pg${LATEST}-${process.platform}-${process.arch}`
  const here = new URL('../..', import.meta.url).pathname
  const isLink = (path: string) =>
    /^native\/lib\/lib(icu|pq)/.test(path) && isSymbolicLink(join(here, binaries, path))
  await copyTree(join(here, 'src/core'), join(checkout, 'src/core'))
  await copyTree(join(here, 'src/embedded'), join(checkout, 'src/embedded'))
  await copyTree(join(here, binaries), join(checkout, binaries), { skip: isLink })
  const cache = mkdtempSync(join(tmpdir(), 'pgtend-cache-'))
  chmodSync(cache, 0o755)
  const dirs = ['one', 'two'].map((name) => join(temp.path, name))
  const nodes = dirs.map((dir) => child({ sources: `${checkout}/src/embedded`, cache, dataDir: dir }))
  const servers = await Promise.all(nodes.map(report))
  for (const server of servers) expect(await query(server, 'SELECT 1 AS up')).toEqual({ up: 1 })
  if (root) expect(readlinkSync(`/proc/${servers[0]?.pid}/exe`)).toContain(cache)
  expect(readdirSync(join(cache, 'pgtend')).filter((name) => name.includes('.new-'))).toEqual([])
  await Promise.all(nodes.map(end))
  rmSync(cache, { recursive: true })
})

function isSymbolicLink(path: string): boolean {
  try {
    readlinkSync(path)
    return true
  } catch {
    return false
  }
}
