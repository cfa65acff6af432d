import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'

/** What the demo leaves in its folder, so that other commands find it and --reset knows it as its own. */
interface Mark {
  /** Where the dashboard is; absent when the demo was stopped. */
  readonly url?: string
}

const MARK = 'pgtend-demo.json'

export async function readMark(folder: string): Promise<Mark | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, MARK), 'utf8')) as Mark
  } catch {
    return undefined
  }
}

/** Writes the mark whole or not at all. */
export async function writeMark(folder: string, mark: Mark): Promise<void> {
  const path = join(folder, MARK)
  await writeFile(`${path}.new`, `${JSON.stringify(mark)}\n`)
  await rename(`${path}.new`, path)
}

/** Makes the folder the demo's. Refuses one that holds something else. Throws AppError `demo-failed`. */
export async function claimFolder(folder: string, reset: boolean): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 })
    const own = (await readMark(folder)) !== undefined
    const empty = (await readdir(folder)).length === 0
    if (!own && !empty)
      throw new AppError('demo-failed', `${folder} holds something that the demo did not make`)
    if (reset && own) {
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true, mode: 0o755 })
    }
    await writeMark(folder, {})
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('demo-failed', `${folder}: ${(error as Error).message}`, { cause: error })
  }
}
