// Does the maintenance that a database calls for, and tells what it brought.
import { DatabaseMaintenance, openStore } from 'pgtend'

const [, , url = process.env.DATABASE_URL ?? '', path = 'pgtend-history.db'] = process.argv
const store = await openStore({ path })
const maintenance = new DatabaseMaintenance({ url, store })
try {
  const plan = await maintenance.planMaintenance()
  for (const { because, sql } of plan.actions) console.log(because, sql)
  const report = await maintenance.performMaintenance()
  for (const { subject, action, status, before, after } of report.actions) {
    console.log(`${action} ${subject}: ${status}, dead rows ${before.dead_rows} → ${after?.dead_rows}`)
  }
  console.log(report.summary)
} finally {
  await maintenance.close()
  await store.close()
}
