/** Constants of src/include/storage/checksum_impl.h. */
const PRIME = 16_777_619
const BASE = [
  0x5b1f36e9, 0xb8525960, 0x02ab50aa, 0x1de66d2a, 0x79ff467a, 0x9bb9f8a3, 0x217e7cd2, 0x83e13d2c, 0xf8d4474f,
  0xe39eb970, 0x42c6ae16, 0x993216fa, 0x7b093b5d, 0x98daff3c, 0xf718902a, 0x0b1c9cdb, 0xe58f764b, 0x187636bc,
  0x5d7b3bb1, 0xe73de7de, 0x92bec979, 0xcca6c0b2, 0x304a0979, 0x85aa43d4, 0x783125bb, 0x6ca8eaa2, 0xe407eac6,
  0x4b5cfc3e, 0x9fbf8c76, 0x15ca20be, 0xf2ca9fd3, 0x959bd756,
]
const SUMS = BASE.length
/** Offset of pd_checksum. */
export const CHECKSUM_AT = 8

/** The checksum of a page of 8 kB, pd_checksum itself taken as zero: PostgreSQL's FNV-1a in 32 lanes. Pure. */
export function pageChecksum(page: Buffer, block: number): number {
  const sums = Uint32Array.from(BASE)
  const mix = (lane: number, value: number) => {
    const t = ((sums[lane] as number) ^ value) >>> 0
    sums[lane] = Math.imul(t, PRIME) ^ (t >>> 17)
  }
  for (let at = 0; at < page.length; at += 4) {
    // pd_checksum is the lower half of its word.
    const word = page.readUInt32LE(at)
    mix((at / 4) % SUMS, at === CHECKSUM_AT ? word & 0xffff0000 : word)
  }
  for (let round = 0; round < 2; round++) for (let lane = 0; lane < SUMS; lane++) mix(lane, 0)
  const sum = sums.reduce((a, b) => a ^ b, 0)
  return (((sum ^ block) >>> 0) % 65_535) + 1
}
