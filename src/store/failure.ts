import { AppError } from '../core/errors.ts'

/** SQLite's primary result codes that say what is wrong with the file or its place. */
const SQLITE: Readonly<Record<number, string>> = {
  3: 'permission was denied',
  5: 'another process has kept it locked for 10 seconds',
  8: 'the file or its folder is read-only',
  10: 'the disk reported an input or output error',
  11: 'the file is damaged',
  13: 'the disk is full; what was acknowledged is safe, and writing goes on by itself once there is space',
  14: 'it can not be opened or made; is its folder writable?',
  26: 'the file is not a history store',
}

const SYSTEM: Readonly<Record<string, string>> = {
  EACCES: 'permission was denied',
  EPERM: 'permission was denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'a part of the path is not a folder',
  ENOENT: 'the folder does not exist and can not be made',
}

const BUSY = 5
const CONSTRAINT = 19

/** The primary result code of an error that SQLite raised, else undefined. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined
  return error.errcode & 0xff
}

export const isBusy = (error: unknown): boolean => sqliteCode(error) === BUSY

/** True when what was given is at fault, and not the file or the disk: other batches can still be written. */
export function isRefusal(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === undefined || code === CONSTRAINT
}

/** Says in the user's words what is wrong with the store at `path`. */
export function storeError(error: unknown, path: string): AppError {
  if (error instanceof AppError) {
    return error.code.startsWith('store-')
      ? new AppError(error.code, `${path}: ${error.detail}`, { cause: error })
      : error
  }
  const code = sqliteCode(error)
  const known =
    code !== undefined
      ? SQLITE[code]
      : error instanceof Error && 'code' in error
        ? SYSTEM[String(error.code)]
        : undefined
  if (known) return new AppError('store-failed', `${path}: ${known}`, { cause: error })
  const text = error instanceof Error ? error.message : String(error)
  return new AppError('internal', `history store: ${text}`, { cause: error })
}
