import { startCatalogue } from './cost/catalogue.ts'
import { backendsOf } from './cost/measure.ts'
import { privateMemory, residentMemory } from './cost/processes.ts'
import { startSubject } from './cost/subject.ts'

// Whether memory stays flat over a day (SPEC P5): all cycles of 24 hours on the huge catalogue, one after another without the
// waits between them. What is kept for a time, such as the last hour, is then kept for the whole day: the worse case.

const TICKS_PER_MINUTE = 5
const MINUTES_PER_SWEEP = 15

const catalogue = await startCatalogue('huge', (line) => process.stderr.write(`${line}\n`))
try {
  await catalogue.fill()
  const subject = await startSubject(catalogue.url)
  try {
    await subject.ask('first')
    process.stdout.write('hour   pgtend   its session   CPU a minute\n')
    for (let hour = 1; hour <= 24; hour++) {
      let cpu = 0
      for (let minute = 0; minute < 60; minute++) {
        await catalogue.work()
        for (let i = 0; i < TICKS_PER_MINUTE; i++) cpu += (await subject.ask('tick')).cpu
        cpu += (await subject.ask(minute % MINUTES_PER_SWEEP === 0 ? 'sweep' : 'minute')).cpu
      }
      const [backend] = await backendsOf(catalogue.admin)
      const figures = [
        `${residentMemory(subject.pid).toFixed(0)} MB`.padStart(9),
        `${backend === undefined ? '?' : privateMemory(backend).toFixed(1)} MB`.padStart(14),
        `${(cpu / 60).toFixed(0)} ms`.padStart(15),
      ]
      process.stdout.write(`${String(hour).padStart(4)}${figures.join('')}\n`)
    }
  } finally {
    await subject.stop()
  }
} finally {
  await catalogue.stop()
}
