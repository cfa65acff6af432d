/** On the demo with its faults: the index is found and said by how much; making it through the action makes the statement as much faster. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import { startDemo } from '../src/demo/demo.ts'
import { ENTITY_SUMMARY } from '../src/demo/request.ts'
import type { IndexAdvice } from '../src/optimizer/advice.ts'
import type { OptimizeReport } from '../src/optimizer/optimize-run.ts'
import { loadParser, parseStatement } from '../src/optimizer/parse.ts'
import { testIo } from './io.ts'
import { operate } from './operate.ts'
import { costsOf } from './wedsync.ts'

async function optimize(url: string): Promise<{ code: number; report: OptimizeReport }> {
  const { io, out } = testIo()
  const code = await run(['optimize', url, '--seconds', '6', '--json'], io)
  return { code, report: JSON.parse(out()) as OptimizeReport }
}

const onEntity = ({ advice }: OptimizeReport): IndexAdvice | undefined =>
  advice.indexes.find(({ spec }) => spec.table === 'activity_logs' && spec.keys[0]?.column === 'entity_id')

test('missing index and slow query: found, made by the action, as much faster as predicted, gone', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'pgtend-optimize-demo-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const demo = await startDemo({ dir, scale: 0.1, rate: 20 })
  onTestFinished(() => demo.stop())
  const client = new pg.Client({ connectionString: demo.url })
  await client.connect()
  onTestFinished(() => client.end())

  await demo.setFault('missing-index', true)
  await demo.setFault('slow-query', true)
  const { code, report } = await optimize(demo.url)
  expect(code).toBe(1)
  const found = onEntity(report)
  await loadParser()
  const { fingerprint } = parseStatement(ENTITY_SUMMARY)
  const affected = found?.statements.find((s) => parseStatement(s.text).fingerprint === fingerprint)
  const predicted = (affected?.costAfter ?? Number.NaN) / (affected?.costBefore ?? Number.NaN)

  const { rows: forms } = await client.query('select id from forms order by id desc limit 20')
  const calls = forms.map(({ id }) => ({ sql: ENTITY_SUMMARY, values: [id] }))
  const costs = async () => (await costsOf(client, calls)).get(fingerprint) as number
  const seconds = async () => {
    const began = performance.now()
    for (const { sql, values } of calls) await client.query(sql, values)
    return (performance.now() - began) / 1000
  }
  const [cost, time] = [await costs(), await seconds()]
  const { act } = await operate(demo.url)
  const { action } = found as IndexAdvice
  const { run: made } = await act(action?.name ?? '', action?.input ?? {})
  expect(made).toMatchObject({ status: 'done', verification: { ok: true } })
  const [costAfter, timeAfter] = [await costs(), await seconds()]
  console.log(
    `${found?.summary}: ${(100 * (found?.share ?? 0)).toFixed(0)} % of the workload; predicted cost × ${predicted.toFixed(4)}, real cost × ${(costAfter / cost).toFixed(4)}, measured time × ${(timeAfter / time).toFixed(4)} (${((1000 * time) / calls.length).toFixed(1)} → ${((1000 * timeAfter) / calls.length).toFixed(2)} ms)`,
  )
  expect(predicted).toBeLessThan(0.1)
  expect(costAfter / cost).toBeLessThan(0.1)
  // What is compared needs no steady machine: by how many orders of magnitude.
  expect(Math.abs(Math.log10(costAfter / cost) - Math.log10(predicted))).toBeLessThan(1)
  // The slow query reads all that it compares: an index is no help, and that is said.
  expect(report.advice.unhelped.map((u) => u.text).join()).toContain('with recent as')

  const again = await optimize(demo.url)
  expect(onEntity(again.report)).toBeUndefined()
}, 180_000)
