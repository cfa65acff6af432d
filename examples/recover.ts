// Finds a way out when connections are used up: shows who would be hit, and goes on only for idle sessions of one application.
import { AppError, DatabaseRecovery, openStore } from 'pgtend'

const [, , url = process.env.DATABASE_URL ?? '', path = 'pgtend-history.db', application = 'web'] =
  process.argv
const store = await openStore({ path })
const recovery = new DatabaseRecovery({ url, store })
try {
  // In a service this is held from the start, so that there is a way in when no slot is left.
  await recovery.ready()
  const run = await recovery.handleConnectionPoolExhaustion({
    approve({ summary, hits, spared }) {
      console.log(summary)
      for (const { pid, application, reason } of hits) console.log(`ends   ${pid} ${application}: ${reason}`)
      for (const { pid, application, reason } of spared)
        console.log(`spares ${pid} ${application}: ${reason}`)
      return hits.every((hit) => hit.application === application)
    },
  })
  console.log(run.summary)
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(`${error.message}\n${error.remedy}`)
  process.exitCode = 1
} finally {
  await recovery.close()
  await store.close()
}
