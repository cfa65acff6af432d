import type { Lookup, ReadRows } from '../core/probe.ts'

/** A lookup of rows by their oid, read anew at each sweep: a name, size or value may have changed meanwhile. */
export const lookupByOid = (probe: string, live: (read: ReadRows) => ReadonlySet<number>): Lookup => ({
  wants(read) {
    const known = new Set(read(probe).map((row) => row.oid))
    return [...live(read)].filter((oid) => !known.has(oid))
  },
  key: (row) => row.oid as number,
  live,
  refresh: true,
})
