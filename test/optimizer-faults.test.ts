/** The optimizer when the database goes away, changes meanwhile, or shows too little: something is said, nothing hangs, nothing crashes. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import type { AppError } from '../src/core/errors.ts'
import { createOptimizer } from '../src/optimize-service.ts'
import { createPrivatePlanners } from '../src/private-planners.ts'
import { makeReport } from '../src/query-report.ts'
import { openCluster } from '../src/shadow/build/cluster.ts'
import { query, start, tempFolder } from './embedded.ts'
import { testIo } from './io.ts'
import { fillOrders, plannerHome } from './optimizer-app.ts'
import { freshDatabase, LATEST, type TestDatabase } from './servers.ts'

const home = plannerHome()
const SQL = 'select * from orders where customer = 42'

const planners = (url: string) => {
  const made = createPrivatePlanners({ targets: [{ name: 'db', url }], home: home() })
  onTestFinished(() => made.close())
  return made
}

describe('a role that may not see enough', () => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(LATEST)
    await fillOrders(db)
  })
  afterAll(() => db.drop())

  test('is told the GRANT, and given no guesses', async () => {
    const timer = setInterval(() => void db.query('select * from orders where customer = $1', [42]), 100)
    const { io, out } = testIo()
    const code = await run(['optimize', db.monitorUrl, '--seconds', '2'], io).finally(() =>
      clearInterval(timer),
    )
    expect(out()).toMatch(/No advice: no statistics of the columns could be read[\s\S]*public\.orders/)
    expect(out()).toMatch(/^ +GRANT pg_read_all_data TO pgtend_monitor$/m)
    expect(out()).not.toContain('CREATE INDEX')
    expect(code).toBe(1)
    const report = await makeReport({ sql: SQL }, { target: 'db', planners: planners(db.monitorUrl) })
    expect(report).toMatchObject({ indexes: [], plan: { by: 'shadow' } })
    expect(report.gaps).toContainEqual(
      expect.objectContaining({ part: 'indexes', remedy: expect.stringContaining('GRANT pg_read_all_data') }),
    )
  })

  test('is told what shows the statements', async () => {
    const { io, out, err } = testIo()
    await db.query('select * from orders where customer = $1', [42])
    expect(await run(['optimize', db.blindUrl, '--seconds', '1', '--json'], io)).toBeGreaterThan(0)
    expect(out() + err()).toMatch(/GRANT pg_(monitor|read_all_stats)/)
  })

  test('a table that comes and goes while it is collected is there or said to be missing', async () => {
    const made = planners(db.url)
    let going = true
    const flicker = (async () => {
      while (going) {
        await db.query('create table flicker as select generate_series(1, 1000) as a')
        await db.query('create index on flicker (a)')
        await db.query('drop table flicker')
      }
    })()
    try {
      for (let i = 0; i < 12; i++) {
        const sql = 'select * from flicker join orders on customer = a where a = 7'
        const { plan, gaps } = await makeReport({ sql }, { target: 'db', planners: made })
        if (plan) expect(JSON.stringify(plan.explained)).toContain('flicker')
        else expect(gaps[0]).toMatchObject({ part: 'plan', reason: expect.stringContaining('flicker') })
      }
    } finally {
      going = false
      await flicker
    }
  })
})

test('a private planner that was killed is started anew for the next report', async () => {
  const db = await freshDatabase(LATEST)
  onTestFinished(() => db.drop())
  await fillOrders(db)
  const options = { target: 'db', planners: planners(db.url) }
  const first = await makeReport({ sql: SQL }, options)
  await (await openCluster(LATEST, home())).server.kill()
  const second = await makeReport({ sql: SQL }, options)
  expect(second.plan?.explained).toEqual(first.plan?.explained)
  // In the middle of it: said, not thrown.
  const reports = [1, 2, 3].map(() => makeReport({ sql: SQL }, options))
  await (await openCluster(LATEST, home())).server.kill()
  for (const { status, reason } of (await Promise.allSettled(reports)) as {
    status: string
    reason?: AppError
  }[])
    if (status === 'rejected') expect(reason).toMatchObject({ code: expect.any(String) })
  expect((await makeReport({ sql: SQL }, options)).indexes).toHaveLength(1)
})

describe('a server that is killed', () => {
  const CONNECTION = /unreachable|login-failed|connection-lost/
  const server = async () => {
    const folder = tempFolder()
    const found = await start(folder.fresh())
    onTestFinished(async () => {
      await found.stop('immediate')
      folder.remove()
    })
    await query(found, 'create extension if not exists pg_stat_statements')
    await query(
      found,
      'create table orders as select i as id, i % 5000 as customer from generate_series(1, 50000) i',
    )
    await query(found, 'analyze orders')
    return found
  }

  test.each(['watch', 'rebuild', 'statements'] as const)('at the step %s', async (at) => {
    const found = await server()
    const optimizer = createOptimizer(planners(found.url()))
    let killed: Promise<unknown> | undefined
    const outcome = await optimizer
      .optimize('db', {
        seconds: 2,
        onProgress({ step, done }) {
          if (step === 'watch' && done === 0) void query(found, SQL)
          if (step === at && (at !== 'watch' || done === 1)) killed ??= found.stop('immediate')
        },
      })
      .catch((error: AppError) => error)
    await killed
    // Once it is collected, the database is needed no more.
    if (at === 'statements') expect(outcome).toMatchObject({ advice: { statements: 1 } })
    else if (outcome instanceof Error) expect(outcome.code).toMatch(CONNECTION)
    if (at === 'watch') expect(optimizer.state('db')).toMatchObject({ state: 'failed' })
    expect(optimizer.state('db').state).not.toBe('running')
  })
})
