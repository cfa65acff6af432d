// Makes a backup and proves it by restoring it into a throw-away server.
import { DatabaseMaintenance, openStore } from 'pgtend'

const [, , url = process.env.DATABASE_URL ?? '', path = 'pgtend-history.db', directory = 'backups'] =
  process.argv
const store = await openStore({ path })
const maintenance = new DatabaseMaintenance({ url, store, backups: { directory } })
try {
  const { id, tables, verified } = await maintenance.createAutomatedBackup()
  console.log(`${id}: ${tables} tables`)
  console.log(`${verified?.ok ? 'proved' : 'not proved'} in ${verified?.seconds} s: ${verified?.detail}`)
} finally {
  await maintenance.close()
  await store.close()
}
