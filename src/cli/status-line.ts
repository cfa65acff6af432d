import { cut, oneLine } from '../render/text.ts'
import type { Io } from './io.ts'

/** One line on stderr that tells how long work goes; nothing where nobody watches. */
export interface StatusLine {
  say(text: string): void
  /** Progress from 0 to 1 as a bar. */
  bar(step: string, done: number): void
  /** Takes the line away. */
  clear(): void
}

const BAR = 24
const ERASE = '\r\u001b[2K'

export function statusLine(io: Io): StatusLine {
  if (!io.watched) return plainLines(io)
  const show = (text: string) => io.err(`${ERASE}${cut(oneLine(text), io.width - 1)}`)
  return {
    say: show,
    bar(step, done) {
      const full = Math.round(Math.max(0, Math.min(1, done)) * BAR)
      show(
        `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${String(Math.floor(done * 100)).padStart(3)} %  ${step}`,
      )
    },
    clear: () => io.err(ERASE),
  }
}

/** In a log: each step of long work once, no bar. */
function plainLines(io: Io): StatusLine {
  let last = ''
  return {
    say: () => {},
    bar(step) {
      if (step !== last) io.err(`${step}\n`)
      last = step
    },
    clear: () => {},
  }
}
