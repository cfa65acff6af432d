/** The world of a CLI command for tests: what it prints is kept, nothing else is touched. */
import { tmpdir } from 'node:os'
import type { Io } from '../src/cli/io.ts'

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
      env: {},
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
