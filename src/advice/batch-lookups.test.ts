import { beforeAll, describe, expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import { look, lookUntil, run } from '../../test/observe.ts'
import { freshDatabase, majors } from '../../test/servers.ts'
import statementRates from '../derived/statement-rates.ts'
import { loadParser } from '../optimizer/parse.ts'
import advice from './batch-lookups.ts'

beforeAll(loadParser)

type Values = Parameters<typeof row<typeof statementRates>>[1]
const statement = (values: Values) =>
  row(statementRates, { query_id: '1', user_id: 10, database_id: 1, total: 1, ...values })
const parent = (values: Values = {}) =>
  statement({
    query_id: 'p',
    query: 'select id, client_id from invoices where supplier_id = $1 limit 40',
    calls: 10,
    rows_per_call: 40,
    ...values,
  })
const child = (values: Values = {}) =>
  statement({
    query_id: 'c',
    query: 'select name from clients where id = $1',
    calls: 400,
    calls_rate: 40,
    rows_per_call: 1,
    ...values,
  })
const of = (...list: ReturnType<typeof statement>[]) => recommend(advice, { statements: list })

test('a lookup that runs once for each row of a list, by what the list returns', () => {
  expect(of(parent(), child())).toMatchObject([
    {
      subject: 'statement c',
      confidence: 'high',
      evidence: { ratio: 40, parent_id: 'p' },
      gain: expect.stringContaining('40 round trips a second become 1'),
    },
  ])
})

test.each<[string, Values, Values, 'high' | 'medium' | undefined]>([
  ['a window that cuts a request in two', {}, { calls: 380 }, 'high'],
  [
    'the other way round: details by the list’s own id',
    { query: 'select id, name from clients limit 40' },
    { query: 'select total from invoices where client_id = $1' },
    'high',
  ],
  ['a list that returns *', { query: 'select * from invoices limit 40' }, {}, 'medium'],
  [
    'a list that returns *, and figures that only nearly match',
    { query: 'select * from invoices limit 40' },
    { calls: 370 },
    undefined,
  ],
  ['another role', {}, { user_id: 11 }, undefined],
  ['another database', {}, { database_id: 2 }, undefined],
  ['one inside a function', {}, { toplevel: 'false' }, undefined],
  ['both inside a function', { toplevel: 'false' }, { toplevel: 'false' }, 'high'],
  ['figures that do not match', {}, { calls: 300 }, undefined],
  ['few calls', { calls: 1, rows_per_call: 12 }, { calls: 12 }, undefined],
  ['a short list', { calls: 200, rows_per_call: 2 }, {}, undefined],
  ['many rows at a time', {}, { rows_per_call: 3 }, undefined],
  ['a list without the key', { query: 'select number, total from invoices limit 40' }, {}, undefined],
  ['the id of another table', { query: 'select id from invoices limit 40' }, {}, undefined],
  [
    'no lookup: a join',
    {},
    { query: 'select 1 from clients c join users u on u.id = c.id where c.id = $1' },
    undefined,
  ],
  ['a write', {}, { query: 'update clients set name = $1 where id = $2' }, undefined],
  [
    'a parent that writes',
    { query: 'insert into invoices (client_id) select id from clients returning client_id' },
    {},
    undefined,
  ],
  ['a text that is not known', { query: null }, {}, undefined],
  ['a text that is cut off', {}, { query: 'select name from clients where' }, undefined],
])('%s', (_what, p, c, confidence) => {
  expect(of(parent(p), child(c)).map((r) => r.confidence)).toEqual(confidence ? [confidence] : [])
})

test('of several lists that fit the nearest is named, and each child once', () => {
  const found = of(
    parent(),
    parent({ query_id: 'far', calls: 11 }),
    child(),
    child({ query_id: 'd', query: 'select total from orders where client_id = $1' }),
  )
  expect(found.map((r) => [r.subject, r.evidence.parent_id])).toEqual([
    ['statement c', 'p'],
    ['statement d', 'p'],
  ])
})

describe.each(majors)('PostgreSQL %i', (major) => {
  test('found where a list asks for each row, gone when it asks once', async () => {
    const db = await freshDatabase(major)
    const list = `lists_${db.name}`
    await run(
      db.url,
      `create table ${list} as select i as id, i as person_id from generate_series(1, 30) i`,
      `create table person_${db.name} as select i as id, 'x' as name from generate_series(1, 30) i`,
    )
    const client = await db.client()
    const each = async (table = `person_${db.name}`) => {
      for (let i = 0; i < 2; i++) {
        const { rows } = await client.query(
          `select id, person_id as "person_${db.name}_id" from ${list} order by id`,
        )
        for (const { id } of rows) await client.query(`select name from ${table} where id = $1`, [id])
      }
    }
    const once = () => client.query(`select name from person_${db.name} where id = any ($1)`, [[1, 2, 3]])
    const mine = (seen: Awaited<ReturnType<typeof look>>) =>
      seen.opportunities('batch-lookups').filter((o) => o.summary.includes(`person_${db.name}`))
    await look(db.monitorUrl, {}, each)
    const seen = await lookUntil(
      () => look(db.monitorUrl, {}, each),
      (s) => mine(s).length > 0,
    )
    expect(mine(seen)).toMatchObject([{ confidence: 'high', evidence: { ratio: 30 } }])
    expect(mine(await look(db.monitorUrl, {}, once))).toEqual([])
    await db.drop()
  })
})
