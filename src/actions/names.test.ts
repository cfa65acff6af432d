/** Every action under names that break careless quoting, by a role of such a name; and on tables that are not what was planned. */
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HOSTILE, quoted } from '../../test/hostile.ts'
import { operate, PERSON } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors } from '../../test/servers.ts'
import type { Input, Plan } from '../core/action.ts'

/** The longest that PostgreSQL keeps: 63 bytes, of one and of four to a letter. */
const LONG = 'n'.repeat(63)
const NAMES = [
  HOSTILE,
  `"; DROP SCHEMA public CASCADE; --`,
  LONG,
  `${'📈'.repeat(15)}abc`,
  `a\nb\\'$1::text`,
  'select',
]

/** One of each that is done to a table or an index, in an order in which each finds what it needs. */
const actionsOn = (schema: string, table: string, index: string): readonly [string, Input][] => [
  ['vacuum', { schema, table }],
  ['analyze', { schema, table }],
  ['vacuum-full', { schema, table }],
  ['create-index-concurrently', { schema, table, columns: 'id' }],
  ['reindex-concurrently', { schema, index }],
  ['drop-index', { schema, index }],
]

test.each(NAMES.map((name) => [name] as const))('all are done under the name %j', async (name) => {
  for (const major of majors.length > 1 ? [majors[0], majors.at(-1)] : majors) {
    const db = await freshDatabase(major ?? LATEST)
    const [q, role] = [quoted(name), quoted(name.slice(0, 20))]
    onTestFinished(async () => {
      await db.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
      await db.drop()
    })
    const index = name === LONG ? 'i'.repeat(63) : `${[...name].slice(0, 12).join('')} i`
    await db.query(
      `DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role} LOGIN; CREATE SCHEMA ${q} AUTHORIZATION ${role}`,
    )
    const url = new URL(db.url)
    url.username = encodeURIComponent(name.slice(0, 20))
    const { act } = await operate(url.href)
    await db.query(`SET ROLE ${role}; CREATE TABLE ${q}.${q} (id int, ${q} text) WITH (autovacuum_enabled = off);
      INSERT INTO ${q}.${q} SELECT i, i FROM generate_series(1, 500) i; DELETE FROM ${q}.${q} WHERE id > 400;
      CREATE INDEX ${quoted(index)} ON ${q}.${q} (${q}); RESET ROLE`)
    for (const [action, input] of actionsOn(name, name, index)) {
      const { run } = await act(action, input)
      expect([action, run.status, run.error, run.verification?.ok]).toEqual([action, 'done', undefined, true])
    }
    const victim = new pg.Client({ connectionString: url.href, application_name: name.slice(0, 20) })
    victim.on('error', () => {})
    await victim.connect()
    const { rows } = await victim.query('SELECT pg_backend_pid() AS pid')
    const slow = victim.query('SELECT pg_sleep(60)').catch((error: Error) => error.message)
    for (const action of ['cancel-backend', 'terminate-backend']) {
      const { run } = await act(action, { pid: rows[0].pid })
      expect([action, run.status, run.error]).toEqual([action, 'done', undefined])
    }
    expect(await slow).toContain('canceling')
  }
})

describe('what was planned is not there any more', () => {
  async function planned() {
    const db = await freshDatabase(LATEST)
    onTestFinished(() => db.drop())
    await db.query(
      'CREATE TABLE t (id int, n int); CREATE INDEX i ON t (n); CREATE TABLE other (id int, n int); CREATE INDEX other_i ON other (n)',
    )
    const { operator } = await operate(db.url)
    const plans: { action: string; input: Input; plan: Plan }[] = []
    for (const [action, input] of actionsOn('public', 't', 'i'))
      plans.push({ action, input, plan: await operator.plan('db', action, input) })
    const codes = async () => {
      const all: string[] = []
      for (const { action, input, plan } of plans) {
        const run = operator.run('db', action, input, { hash: plan.hash, actor: PERSON })
        all.push(
          await run.then(
            (r) => r.status,
            (error: { code: string }) => error.code,
          ),
        )
      }
      return all
    }
    return { db, operator, codes }
  }

  test.each([
    ['dropped', 'DROP TABLE t', 'cannot-plan'],
    ['renamed', 'ALTER TABLE t RENAME TO u; ALTER INDEX i RENAME TO j', 'cannot-plan'],
    ['made anew', 'DROP TABLE t; CREATE TABLE t (id int, n int); CREATE INDEX i ON t (n)', 'plan-changed'],
    [
      'another that took its name',
      'ALTER TABLE t RENAME TO u; ALTER TABLE other RENAME TO t; ALTER INDEX i RENAME TO j; ALTER INDEX other_i RENAME TO i',
      'plan-changed',
    ],
  ])('%s: no action is run', async (_, change, code) => {
    const { db, operator, codes } = await planned()
    await db.query(change)
    expect(new Set(await codes())).toEqual(new Set([code]))
    expect(await operator.runs()).toEqual([])
  })
})
