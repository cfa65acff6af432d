import { AppError } from '../core/errors.ts'
import type { Io } from './io.ts'

/** Asks a question that one key answers. Throws AppError `usage` where nobody can answer. */
export async function confirm(question: string, io: Io): Promise<boolean> {
  if (!io.answers) throw new AppError('usage', 'it asks first and nobody can answer here: say --yes')
  io.err(`${question} [y/N] `)
  const key = await new Promise<string>((resolve) => {
    const stop = io.onKey((pressed) => {
      stop()
      resolve(pressed)
    })
  })
  const yes = key.toLowerCase() === 'y'
  io.err(yes ? 'yes\n' : 'no\n')
  return yes
}
