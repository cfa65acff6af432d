import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { mountSmallDisk, run } from '../../test/small-disk.ts'
import { batch, point, temporaryFolder } from '../../test/store.ts'
import type { AppError } from '../core/errors.ts'
import { openStore } from './open-store.ts'

const root = process.getuid?.() === 0

/** 500 points, one of them of a series that is new each time. */
const many = (at: number) =>
  batch(at, [...Array.from({ length: 499 }, (_, i) => point('m', at, i, [i])), point('new', at, 1, [at])])

describe.skipIf(!root)('on a disk of its own', () => {
  test('a full disk refuses batches, loses none that was acknowledged, and recovers by itself', {
    timeout: 60_000,
  }, async ({ skip }) => {
    const disk = mountSmallDisk(3) ?? skip('mounting is not allowed here')
    const path = join(disk, 'history.db')
    const ballast = join(disk, 'ballast')
    const store = await openStore({ path })
    writeFileSync(ballast, Buffer.alloc(1_200_000))

    const kept: number[] = []
    const refused: AppError[] = []
    let at = 0
    while (refused.length < 5) {
      at += 1000
      await store.append(many(at)).then(
        () => kept.push(at),
        (error: AppError) => refused.push(error),
      )
    }
    expect(kept.length).toBeGreaterThan(3)
    expect(refused[0]).toMatchObject({
      code: 'store-failed',
      detail: expect.stringContaining('the disk is full'),
    })
    expect(refused[0]?.remedy).toContain('Free disk space')
    const query = { target: 'a', metric: 'm', from: 0, to: at + 1, step: 1000, top: 1 }
    const answered = async () =>
      (await store.range(query))[0]?.values.flatMap((v, i) => (v === null ? [] : [i * 1000]))
    expect(await answered()).toEqual(kept)

    rmSync(ballast)
    await store.append(many(at))
    expect(await answered()).toEqual([...kept, at])
    const fresh = await store.range({ ...query, metric: 'new', top: 10_000 })
    expect(fresh.map((series) => series.labels[0])).toEqual([...kept, at])
    await store.close()

    const db = new DatabaseSync(path)
    expect(db.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    expect(db.prepare('select distinct count(*) as n from point group by at').all()).toEqual([{ n: 500 }])
    db.close()
  })

  test('a disk that is full from the start is said to be so', async ({ skip }) => {
    const disk = mountSmallDisk(3) ?? skip('mounting is not allowed here')
    const fill = () => writeFileSync(join(disk, 'ballast'), Buffer.alloc(4_000_000))
    expect(fill).toThrow('ENOSPC')
    const opened = openStore({ path: join(disk, 'history.db') })
    await expect(opened).rejects.toMatchObject({
      code: 'store-failed',
      detail: expect.stringContaining('disk'),
    })
  })

  test('a read-only file system is said to be so, for a new store and for one that is there', async ({
    skip,
  }) => {
    const disk = mountSmallDisk(3) ?? skip('mounting is not allowed here')
    const path = join(disk, 'history.db')
    await (await openStore({ path })).close()
    run('mount', '-o', 'remount,ro', disk)
    await expect(openStore({ path })).rejects.toThrow(/read-only|is its folder writable/)
    await expect(openStore({ path: join(disk, 'new.db') })).rejects.toMatchObject({ code: 'store-failed' })
    await expect(openStore({ path: join(disk, 'new', 'new.db') })).rejects.toThrow('can not be made')
  })
})

test.skipIf(root)('a folder that may not be written is said to be so', async () => {
  const folder = temporaryFolder()
  chmodSync(folder, 0o500)
  await expect(openStore({ path: join(folder, 'history.db') })).rejects.toMatchObject({
    code: 'store-failed',
  })
  await expect(openStore({ path: join(folder, 'new', 'history.db') })).rejects.toThrow(
    'permission was denied',
  )
})
