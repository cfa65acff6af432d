import { processIo } from './io.ts'
import { run } from './run.ts'

const stop = new AbortController()
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second request is for those who don't want to wait for the first.
    if (stop.signal.aborted) process.exit(CODES[signal])
    stop.abort()
  })
}

const code = await run(process.argv.slice(2), processIo(stop.signal))
if (stop.signal.aborted) process.exit(code)
process.exitCode = code
