import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { httpReceiver } from '../../../test/receivers.ts'
import { batch, finding, openTestStore, temporaryFolder } from '../../../test/store.ts'
import { createAlerts } from '../../alert-service.ts'
import { parseConfig } from '../../monitor/config.ts'
import { run } from '../run.ts'

/** A history in which one alert fires, still open as `pgtend serve` has it, and the command beside it. */
async function besideServe() {
  const { url, received, answer } = await httpReceiver()
  const folder = temporaryFolder()
  const input = {
    store: join(folder, 'history.db'),
    alerts: {
      channels: { team: { kind: 'slack', url: ['$', '{PGTEND_SLACK}'].join('') } },
      rules: { 'dead-rows': { for: 0 } },
    },
  }
  await writeFile(join(folder, 'pgtend.config.json'), JSON.stringify(input))
  const env = { PGTEND_SLACK: url, USER: 'ann' }
  const store = await openTestStore(input.store)
  const serve = createAlerts({ store, config: parseConfig(input), env })
  const bad = finding('dead-rows', 'public.orders')
  await store.append(batch(1, [], { target: 'shop', findings: [bad] }))
  serve.port.observe({
    ...{ target: { id: 'shop', name: 'Shop' }, connection: 'connected', unknown: [] },
    findings: (asked) => (asked['dead-rows'] ? [bad] : []),
  })
  await serve.settled()
  const pgtend = async (...args: string[]) => {
    const { io, out, err } = testIo({ env, cwd: folder })
    const code = await run(args, io)
    return { code, out: out(), err: err() }
  }
  const command = (...args: string[]) => pgtend('alerts', ...args)
  return { serve, pgtend, command, received, answer, key: bad.key }
}

test('list shows what fires, and exits with 1 until somebody is at it', async () => {
  const { serve, command } = await besideServe()
  const first = await command('list')
  expect(first.code).toBe(1)
  expect(first.out).toMatch(/firing\s+warning\s+.*shop\s+Many dead rows/)
  expect(first.out).toMatch(/team\s+slack\s+-\s+1\s+0/)
  const { alerts } = JSON.parse((await command('list', '--json')).out) as { alerts: [{ id: string }] }
  const acked = await command('ack', alerts[0].id)
  expect(acked).toMatchObject({ code: 0, out: 'Acknowledged: Many dead rows\n' })
  expect((await serve.overview()).alerts).toMatchObject([{ acknowledgedBy: 'ann' }])
  expect((await command()).code).toBe(0)
  expect(await command('list', '--target', 'other')).toMatchObject({ code: 2, out: '' })
})

test('silence and suppress, by rule or key, and end them', async () => {
  const { serve, pgtend, command, key } = await besideServe()
  const silenced = await command('silence', 'dead-rows', '--minutes', '30', '--reason', 'bulk load')
  const id = /Silence (\w+) until/.exec(silenced.out)?.[1] ?? ''
  expect((await command('list')).out).toContain('bulk load')
  expect((await serve.overview()).alerts).toMatchObject([{ silenced: 'bulk load' }])
  expect((await command('end', id)).code).toBe(0)
  expect((await serve.overview()).silences).toEqual([])

  const spared = await command('suppress', key, '--target', 'shop', '--reason', 'archive', '--json')
  expect(JSON.parse(spared.out)).toMatchObject({ key, target: 'shop', by: 'ann' })
  expect((await serve.suppressions('shop')).map((s) => s.key)).toEqual([key])
  const found = await pgtend('findings')
  expect(found).toMatchObject({
    code: 0,
    out: expect.stringContaining('suppressed'),
  })
  expect((await command('end', JSON.parse(spared.out).id)).code).toBe(0)
  expect(await serve.suppressions('shop')).toEqual([])
})

test('test sends one message past the outbox', async () => {
  const { command, received, answer } = await besideServe()
  expect((await command('test', 'team')).code).toBe(0)
  expect(received).toHaveLength(1)
  expect(received[0]?.body).toContain('Nothing is wrong')
  answer(404)
  const failed = await command('test', 'team')
  expect(failed.code).toBe(4)
  expect(failed.err).toContain('answered 404')
})

test.each([
  [['ask'], 'did you mean ack?'],
  [['ack'], 'pgtend alerts ack <alert>'],
  [['silence', 'dead-row'], 'did you mean "dead-rows"?'],
  [['suppress', 'dead-rows/x'], '--reason'],
  [['suppress', 'dead-rows/*', '--reason', 'r'], 'Nothing of this key was found'],
  [['suppress', 'dead-rows/x', '--reason', 'r', '--target', 'shpo'], 'shpo'],
  [['silence', 'dead-rows', '--minutes', '0'], '--minutes'],
  [['test', 'taem'], 'did you mean team?'],
  [['end', 'nothing'], 'no suppression'],
  [['list', '--store', 'none.db'], 'does not exist'],
])('%j is refused with a hint', async (args, words) => {
  const { command } = await besideServe()
  const { code, err } = await command(...args)
  expect(code).toBeGreaterThan(1)
  expect(err.replaceAll(/\s+/g, ' ')).toContain(words)
})
