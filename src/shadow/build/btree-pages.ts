import { CHECKSUM_AT, pageChecksum } from './page-checksum.ts'

export const BLOCK = 8192

// src/include/storage/bufpage.h and access/nbtree.h, the same on 14 to 18.
const HEADER = 24
const SPECIAL = BLOCK - 16
const MAGIC = 0x053162
const LEAF = 1
const ROOT = 2
const LINE_POINTER = 4
const MINUS_INFINITY = 8
const ALT_TID = 0x2000

/** Whether the index may keep duplicates once, from its metapage. Pure. */
export const deduplicates = (metapage: Buffer): boolean => metapage[HEADER + 40] === 1

/** Levels above the leaves, from the metapage; undefined for a tree that has no page yet. Pure. */
export const heightOf = (metapage: Buffer): number | undefined =>
  metapage.readUInt32LE(HEADER + 8) === 0 ? undefined : metapage.readUInt32LE(HEADER + 20)

/**
 * Pages 0 to `height` + 1 of an empty b-tree of that height: the metapage of an empty one, changed, a leaf, and above it
 * pages with one downlink each. The planner reads the height; a look at the tree's ends finds a valid, empty tree. Pure.
 */
export function emptyTree(metapage: Buffer, height: number): Buffer {
  if (metapage.readUInt32LE(HEADER) !== MAGIC) throw new Error('this is not the metapage of a b-tree')
  const meta = Buffer.from(metapage)
  const root = height + 1
  // btm_root, btm_level, btm_fastroot, btm_fastlevel
  for (const [i, value] of [root, height, root, height].entries())
    meta.writeUInt32LE(value, HEADER + 8 + 4 * i)
  const levels = Array.from({ length: height + 1 }, (_, level) => emptyPage(level, level === height))
  const pages = [meta, ...levels]
  for (const [block, page] of pages.entries()) page.writeUInt16LE(pageChecksum(page, block), CHECKSUM_AT)
  return Buffer.concat(pages)
}

/** A page of level n is block n + 1. */
function emptyPage(level: number, root: boolean): Buffer {
  const page = Buffer.alloc(BLOCK)
  const inner = level > 0
  page.writeUInt16LE(HEADER + (inner ? LINE_POINTER : 0), 12)
  page.writeUInt16LE(SPECIAL - (inner ? MINUS_INFINITY : 0), 14)
  page.writeUInt16LE(SPECIAL, 16)
  page.writeUInt16LE(BLOCK | 4, 18)
  if (inner) {
    const at = SPECIAL - MINUS_INFINITY
    // ItemIdData: offset 15 bits, flags 2 bits (1: normal), length 15 bits.
    page.writeUInt32LE((at | (1 << 15) | (MINUS_INFINITY << 17)) >>> 0, HEADER)
    // Its TID is the downlink, to the block of the level below.
    page.writeUInt16LE(level >>> 16, at)
    page.writeUInt16LE(level & 0xffff, at + 2)
    page.writeUInt16LE(MINUS_INFINITY | ALT_TID, at + 6)
  }
  page.writeUInt32LE(level, SPECIAL + 8)
  page.writeUInt16LE((inner ? 0 : LEAF) | (root ? ROOT : 0), SPECIAL + 12)
  return page
}
