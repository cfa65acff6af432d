/** The world of a CLI command for tests: what it prints is kept, nothing else is touched. */
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../src/cli/io.ts'

/** In place of the home folder, whose history no test may touch. */
const DATA = join(tmpdir(), `pgtend-test-data-${process.pid}`)
process.once('exit', () => rmSync(DATA, { recursive: true, force: true }))

export interface TestIo {
  readonly io: Io
  readonly out: () => string
  readonly err: () => string
  /** As Ctrl-C does. */
  readonly stop: () => void
  readonly press: (key: string) => void
  /** Resolves when what was printed so far matches. */
  readonly printed: (pattern: RegExp) => Promise<string>
}

export function testIo(
  given: Partial<Pick<Io, 'env' | 'cwd' | 'rows' | 'watched' | 'answers' | 'style' | 'input'>> = {},
): TestIo {
  const stop = new AbortController()
  const keys = new Set<(key: string) => void>()
  const waiting = new Set<() => void>()
  let out = ''
  let err = ''
  const told = () => {
    for (const look of waiting) look()
  }
  return {
    io: {
      out: (text) => {
        out += text
        told()
      },
      err: (text) => {
        err += text
        told()
      },
      cwd: tmpdir(),
      width: 80,
      rows: undefined,
      watched: false,
      answers: false,
      style: (_, text) => text,
      stopped: stop.signal,
      input: () => Promise.resolve(''),
      onKey(listener) {
        keys.add(listener)
        return () => keys.delete(listener)
      },
      ...given,
      env: { XDG_DATA_HOME: DATA, ...given.env },
    },
    out: () => out,
    err: () => err,
    stop: () => stop.abort(),
    press: (key) => {
      for (const listener of keys) listener(key)
    },
    printed: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          if (!pattern.test(out + err)) return
          waiting.delete(look)
          resolve(out + err)
        }
        waiting.add(look)
        look()
      }),
  }
}
