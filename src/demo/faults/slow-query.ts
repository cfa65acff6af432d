import { defineFault } from '../fault.ts'

/** Seconds that one run is to take, and the first guess of the rows to compare for it. */
const SECONDS = 2
const FIRST_ROWS = 1_000

/** Compares every row with every other one: work grows with the square of the rows. */
const STATEMENT = `with recent as (select id, action, metadata from activity_logs order by created_at desc limit $1)
  select count(*) from recent a join recent b on a.id < b.id and lower(a.action) like lower(b.action) || '%'`

export default defineFault({
  name: 'slow-query',
  title: 'Slow query',
  doc: 'A report of analytics that compares each recent activity with every other one, about two seconds each time, run again and again.',
  async start(ctx) {
    let rows = FIRST_ROWS
    let first: (() => void) | undefined
    const slow = new Promise<void>((resolve) => {
      first = resolve
    })
    ctx.repeat({ role: 'analytics', pause: 1 }, async (session) => {
      const started = performance.now()
      await session.query(STATEMENT, [rows])
      const seconds = (performance.now() - started) / 1000
      if (seconds > SECONDS / 2) first?.()
      // Found by trial, since machines differ.
      rows = Math.ceil(rows * Math.min(4, Math.sqrt(SECONDS / seconds)))
    })
    await slow
  },
})
