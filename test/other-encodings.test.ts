/** A cluster whose databases have encodings that can not be converted into one another: what is lost, and what is not. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../src/embedded/server.ts'
import { parseConfig } from '../src/monitor/config.ts'
import { runCycle } from '../src/monitor/cycle.ts'
import { createFacts } from '../src/monitor/facts.ts'
import { registry } from '../src/monitor/registry.ts'
import { connect } from '../src/postgres/session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { probes } from '../src/probes/index.ts'
import { start, tempFolder } from './embedded.ts'
import { look, run } from './observe.ts'
import { majors } from './servers.ts'

const ENCODINGS = { latin: 'LATIN1', japanese: 'EUC_JP', bytes: 'SQL_ASCII' } as const

describe.each(majors)('PostgreSQL %i', (major) => {
  const folder = tempFolder()
  const open: pg.Client[] = []
  let server: EmbeddedServer
  const url = (database: string) => server.url({ database })
  const client = async (database: string, encoding = 'UTF8') => {
    const opened = new pg.Client({ connectionString: url(database) })
    opened.on('error', () => {})
    await opened.connect()
    await opened.query(`SET client_encoding = '${encoding}'`)
    open.push(opened)
    return opened
  }

  beforeAll(async () => {
    server = await start(folder.fresh(), { major })
    await run(server.url(), 'CREATE EXTENSION pg_stat_statements')
    for (const [name, encoding] of Object.entries(ENCODINGS)) {
      await run(
        server.url(),
        `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
      )
      await run(url(name), 'CREATE EXTENSION pg_stat_statements')
    }
  }, 60_000)
  afterAll(async () => {
    await Promise.allSettled(open.map((c) => c.end()))
    await server?.stop('immediate')
    folder.remove()
  })

  test('sessions of the other databases are seen from each, without texts in foreign bytes', async () => {
    // The last statement of an idle session stays in shared memory, in the bytes of its database.
    await (await client('postgres')).query('SELECT 1 AS "招待 é 😀"')
    await (await client('latin')).query('SELECT 1 AS "é ü"')
    await (await client('japanese')).query('SELECT 1 AS "招待"')
    for (const database of ['postgres', ...Object.keys(ENCODINGS)]) {
      const sessions = (await look(url(database))).rows('activity')
      const others = ['postgres', 'latin', 'japanese'].filter((d) => d !== database)
      for (const other of others) {
        const found = sessions.filter((s) => s.database === other)
        expect([database, other, found.length]).toEqual([database, other, 1])
        expect(found[0]).toMatchObject({ state: 'idle', query: null })
      }
    }
    const own = (await look(url('latin'))).rows('activity').find((s) => s.database === 'latin')
    expect(own?.query).toBe('SELECT 1 AS "é ü"')
  })

  test('where one text hides them all, those of the sessions stand in, without their literals', async () => {
    const asking = await client('latin')
    const session = await connect(parseUrl(url('latin'), {}))
    try {
      const facts = createFacts(probes, registry)
      const cycle = () =>
        runCycle(session, facts, new Set(['tick', 'minute', 'sweep', 'schema']), parseConfig({}))
      await cycle()
      for (let n = 0; n < 3; n++) {
        await asking.query(`SELECT 'Zoë' AS name`)
        await sleep(50)
        await cycle()
      }
      const { evaluation } = await cycle()
      const texts = evaluation.tables.get('statement-texts')
      expect(texts).toMatchObject({
        ...{ ok: false, reason: 'failed', fix: expect.stringContaining('in UTF8') },
        detail: expect.stringContaining('texts of other databases'),
      })
      await asking.query(`SELECT 'Zoë' AS name`)
      const { evaluation: last } = await cycle()
      const rates = last.tables.get('statement-rates')
      const told = rates?.ok ? rates.rows.map((r) => r.query) : []
      expect(told).toContain('SELECT ? AS name')
      expect(last.health.unknown).toEqual([])
    } finally {
      await session.close()
    }
  })

  test('bytes of a SQL_ASCII database hide the texts in UTF8, and what is advised shows them again', async () => {
    expect((await look(server.url())).tables.get('statement-texts')).toMatchObject({ ok: true })
    // 0xE4 is an ä of Latin-1 and no UTF-8. The driver can only write UTF-8, so the server makes it.
    await (await client('bytes', 'SQL_ASCII')).query(
      `SET pg_stat_statements.track = 'all'; DO $$ BEGIN EXECUTE 'SELECT 1 AS "' || chr(228) || 'rger"'; END $$`,
    )
    const failed = (await look(server.url())).tables.get('statement-texts')
    expect(failed).toMatchObject({ ok: false, reason: 'failed' })
    const fix = failed?.ok === false ? String(failed.fix) : ''
    await run(server.url(), fix.slice(fix.indexOf('SELECT')))
    expect((await look(server.url())).tables.get('statement-texts')).toMatchObject({ ok: true })
  })
})
