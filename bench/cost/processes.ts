import { readdirSync, readFileSync } from 'node:fs'

/** CPU time of one process in ms, to the nanosecond where the kernel tells (schedstat), else to its clock tick of 10 ms. */
function cpuOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return ticksOf(pid)
  }
}

function ticksOf(pid: number): number {
  const fields = statOf(pid)
  return fields ? (Number(fields[11]) + Number(fields[12])) * 10 : 0
}

/** The fields of /proc/PID/stat from the third on: the name before them may hold spaces. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')
  } catch {
    return undefined
  }
}

/** CPU time so far of each process of a cluster: the postmaster and its children. PostgreSQL's processes have one thread each. */
export function clusterCpu(postmaster: number): ReadonlyMap<number, number> {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid === postmaster || Number(statOf(pid)?.[1]) === postmaster)
  return new Map(pids.map((pid) => [pid, cpuOf(pid)]))
}

/** CPU time in ms between two readings. A process that began in between counts in full, one that ended not at all. */
export function cpuBetween(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  let ms = 0
  for (const [pid, now] of after) ms += now - (before.get(pid) ?? 0)
  return ms
}

/** CPU time so far of a process with all its threads, in ms. */
export function processCpu(pid: number): number {
  let ms = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [ran] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')
    ms += Number(ran) / 1e6
  }
  return ms
}

/** Memory of its own that a process has written to, in MB: a backend's without shared buffers. */
export const privateMemory = (pid: number): number => sumOf(`/proc/${pid}/status`, /^RssAnon:/)

/** Resident memory of a process, in MB. */
export const residentMemory = (pid: number): number => sumOf(`/proc/${pid}/status`, /^VmRSS:/)

function sumOf(file: string, line: RegExp): number {
  const lines = readFileSync(file, 'latin1')
    .split('\n')
    .filter((l) => line.test(l))
  return lines.reduce((sum, l) => sum + Number(/(\d+) kB/.exec(l)?.[1] ?? 0), 0) / 1024
}
