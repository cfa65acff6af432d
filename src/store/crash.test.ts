import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runWithStore, temporaryFolder } from '../../test/store.ts'
import { COARSE, WIDTH } from './rollup.ts'

const KILLS = 5
const SERIES = 25

/** Appends for ever, four batches at a time, maintains meanwhile, and prints the time of each acknowledged batch. */
const script = (start: number) => `
  import { writeSync } from 'node:fs'
  const store = await openStore({ path })
  let next = ${start}
  const writer = async () => {
    for (;;) {
      const at = (next++) * 60_000
      const points = Array.from({ length: ${SERIES} }, (_, i) =>
        ({ target: 'a', metric: 'm', labels: JSON.stringify([i]), at, value: (at / 60_000) % 1000 + i }))
      await store.append({ target: 'a', at, points })
      writeSync(1, at + '\\n')
      if (at % 600_000 === 0) void store.maintain(0)
    }
  }
  await Promise.all([writer(), writer(), writer(), writer()])`

test('kill -9 of a writer loses no acknowledged batch and leaves none half written', {
  timeout: 120_000,
}, async () => {
  const path = join(temporaryFolder(), 'history.db')
  const acknowledged = new Set<number>()
  for (let kill = 0; kill < KILLS; kill++) {
    const child = runWithStore(path, script(kill * 1_000_000))
    let before = acknowledged.size
    const lines = createInterface(child.stdout).on('line', (line) => acknowledged.add(Number(line)))
    while (acknowledged.size === before && child.exitCode === null) await sleep(5)
    before = acknowledged.size
    await sleep(Math.random() * 300)
    const ended = Promise.all([once(child, 'exit'), once(lines, 'close')])
    child.kill('SIGKILL')
    await ended
    expect(acknowledged.size).toBeGreaterThan(0)
  }

  const db = new DatabaseSync(path)
  expect(db.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  const rows = db.prepare('select at, count(*) as n from point group by at').all() as {
    at: number
    n: number
  }[]
  const kept = new Set(rows.map((row) => row.at))
  expect([...acknowledged].filter((at) => !kept.has(at))).toEqual([])
  expect(rows.filter((row) => row.n !== SERIES)).toEqual([])

  const { rolled_to } = db.prepare('select rolled_to from target').get() as { rolled_to: number }
  expect(rolled_to).toBeGreaterThan(0)
  for (const width of [WIDTH, COARSE]) {
    const rolled = db.prepare(
      'select series, bucket, n, sum, max from rollup where width = ? and bucket < ? order by 1, 2',
    )
    const again = db.prepare(`
      select series, at - at % ${width} as bucket, count(*) as n, sum(value) as sum, max(value) as max
      from point where at < ? group by 1, 2 order by 1, 2`)
    const until = Math.floor(rolled_to / width) * width
    expect(rolled.all(width, until)).toEqual(again.all(until))
  }
  db.close()
})
