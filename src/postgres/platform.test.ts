/** What tells a host's server from one's own: the roles, functions and settings that the host puts into every database. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { start, tempFolder } from '../../test/embedded.ts'
import { run } from '../../test/observe.ts'
import type { EmbeddedServer } from '../embedded/server.ts'
import { connect } from './session.ts'
import { parseUrl } from './url.ts'

const folder = tempFolder()
let server: EmbeddedServer

beforeAll(async () => {
  server = await start(folder.fresh())
})
afterAll(async () => {
  await server?.stop('immediate')
  folder.remove()
})

const platform = async () => {
  const session = await connect(parseUrl(server.url(), {}))
  await session.close()
  return session.capabilities.platform
}

test.each([
  ['supabase', 'CREATE ROLE supabase_admin', 'DROP ROLE supabase_admin'],
  ['rds', 'CREATE ROLE rdsadmin', 'DROP ROLE rdsadmin'],
  [
    'aurora',
    `CREATE ROLE rdsadmin; CREATE FUNCTION aurora_version() RETURNS text LANGUAGE sql AS 'SELECT ''1'''`,
    'DROP ROLE rdsadmin; DROP FUNCTION aurora_version()',
  ],
  ['cloud-sql', 'CREATE ROLE cloudsqladmin', 'DROP ROLE cloudsqladmin'],
  ['neon', 'CREATE ROLE neon_superuser', 'DROP ROLE neon_superuser'],
] as const)('%s', async (name, put, remove) => {
  expect(await platform()).toBe('self-hosted')
  await run(server.url(), put)
  expect(await platform()).toBe(name)
  await run(server.url(), remove)
  expect(await platform()).toBe('self-hosted')
})
