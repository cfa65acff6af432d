/** WedSync without its indexes, its traffic on record, and what statements really cost: for tests of the index advisor. */
import type pg from 'pg'
import type { Request, RequestContext } from '../src/demo/request.ts'
import { analytics } from '../src/demo/requests/analytics.ts'
import { api } from '../src/demo/requests/api.ts'
import { web } from '../src/demo/requests/web.ts'
import { worker } from '../src/demo/requests/worker.ts'
import { takeSample } from '../src/demo/sample.ts'
import { loadParser, parseStatement } from '../src/optimizer/parse.ts'
import type { WorkloadStatement } from '../src/optimizer/workload.ts'

/** A statement as the application sent it. */
export interface Call {
  readonly sql: string
  readonly values: readonly unknown[]
}

/** Drops the indexes that no key needs. */
export async function dropIndexes(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`
    select indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and not exists (select from pg_constraint where conindid = indexrelid)`)
  for (const { name } of rows) await client.query(`drop index ${name}`)
}

/** Serves each kind of request as often as the demo does in proportion, at least once, and keeps what was sent. */
export async function serveTraffic(client: pg.Client, times = 1): Promise<readonly Call[]> {
  const calls: Call[] = []
  const context: RequestContext = {
    sample: await takeSample(client),
    added: () => undefined,
    async sql(sql, values = []) {
      calls.push({ sql, values })
      return (await client.query(sql, [...values])).rows
    },
    // The statements count, not who would see them.
    transaction: (work) => work(),
  }
  const serve = (request: Request) =>
    request.run(context).catch((error: { code?: string }) => {
      // The sign-up with a name that is taken.
      if (error.code !== '23505') throw error
    })
  for (const request of [...web, ...api, ...worker, ...analytics])
    for (let i = 0; i < Math.ceil(request.weight * times); i++) await serve(request)
  return calls
}

/** Mean cost of each statement with the values that were sent, by fingerprint. */
export async function costsOf(
  client: pg.Client,
  calls: readonly Call[],
): Promise<ReadonlyMap<string, number>> {
  await loadParser()
  const sums = new Map<string, { cost: number; calls: number }>()
  for (const { sql, values } of calls) {
    const { fingerprint } = parseStatement(sql)
    const { rows } = await client.query(`explain (format json) ${sql}`, [...values])
    const { cost, calls: before } = sums.get(fingerprint) ?? { cost: 0, calls: 0 }
    sums.set(fingerprint, { cost: cost + rows[0]['QUERY PLAN'][0].Plan['Total Cost'], calls: before + 1 })
  }
  return new Map([...sums].map(([f, s]) => [f, s.cost / s.calls]))
}

/** Seconds of a workload before and after, by what its statements cost: time in the window times the ratio of mean costs. */
export function savedBetween(
  statements: readonly WorkloadStatement[],
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): { readonly saved: number; readonly worse: readonly string[] } {
  let [was, is] = [0, 0]
  const worse: string[] = []
  for (const { parsed, seconds } of statements) {
    const [old, now] = [before.get(parsed.fingerprint), after.get(parsed.fingerprint)]
    if (old === undefined || now === undefined) continue
    was += seconds
    is += seconds * (now / old)
    if (now > old * 1.05) worse.push(parsed.source.text)
  }
  return { saved: 1 - is / was, worse }
}
