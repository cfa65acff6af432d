import {
  chownSync,
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { BLOCK, emptyTree } from './btree-pages.ts'

/** RELSEG_SIZE: files of 1 GB. */
const SEGMENT_BLOCKS = 131_072

interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Gives the main fork of a relation a size in blocks, as a sparse file: the planner looks at nothing else of it.
 * A segment that is not needed any more stays, empty: a backend may have it open.
 */
export function setBlocks(path: string, blocks: number, owner: Owner | undefined): void {
  for (let segment = 0; ; segment++) {
    const file = segment === 0 ? path : `${path}.${segment}`
    const here = Math.min(Math.max(blocks - segment * SEGMENT_BLOCKS, 0), SEGMENT_BLOCKS)
    const exists = existsSync(file)
    if (!exists && here === 0) return
    if (exists) truncateSync(file, here * BLOCK)
    else create(file, here * BLOCK, owner)
  }
}

function create(file: string, bytes: number, owner: Owner | undefined): void {
  const fd = openSync(file, 'wx', 0o600)
  try {
    ftruncateSync(fd, bytes)
  } finally {
    closeSync(fd)
  }
  if (owner) chownSync(file, owner.uid, owner.gid)
}

/** Makes a heap look empty while an index is built on it. Its further segments count for nothing meanwhile. */
export const emptyHeap = (path: string): void => truncateSync(path, 0)

export function readMetapage(path: string): Buffer {
  const page = Buffer.alloc(BLOCK)
  const fd = openSync(path, 'r')
  try {
    readSync(fd, page, 0, BLOCK, 0)
  } finally {
    closeSync(fd)
  }
  return page
}

/** Writes an empty tree of that height over the pages of an empty b-tree. */
export function setHeight(path: string, height: number): void {
  const pages = emptyTree(readMetapage(path), height)
  const fd = openSync(path, 'r+')
  try {
    writeSync(fd, pages, 0, pages.length, 0)
  } finally {
    closeSync(fd)
  }
}
