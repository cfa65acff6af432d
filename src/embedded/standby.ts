import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { chown, copyFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { AppError } from '../core/errors.ts'
import { type Account, serverAccount } from './account.ts'
import { build } from './cluster.ts'
import { copyTree } from './copy-tree.ts'
import { type EmbeddedServer, startOn } from './server.ts'
import { quote, SETTINGS_FILE } from './settings.ts'

/** Folders whose contents belong to the primary's run, as pg_basebackup leaves them out. */
const EMPTIED = [
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]
const LEFT_OUT = ['postmaster.pid', 'postmaster.opts', 'standby.signal', 'backup_label', 'pg_control']
const STREAMING_SECONDS = 60

export interface StandbyOptions {
  dataDir: string
  /** The physical replication slot on the primary; made when missing. */
  slot: string
  /** The standby's application_name, as pg_stat_replication shows it. */
  name: string
}

/**
 * Starts a hot standby of an embedded server and waits until it streams. Data that is there is used again as long as the
 * slot still holds the WAL that it needs; else the primary is copied anew: the npm binaries have no pg_basebackup, so by
 * PostgreSQL's low-level backup API. The standby has the primary's settings. The slot stays when the standby is stopped.
 */
export async function startStandby(primary: EmbeddedServer, o: StandbyOptions): Promise<EmbeddedServer> {
  const dataDir = resolve(o.dataDir)
  const client = new pg.Client({ connectionString: primary.url(), application_name: 'pgtend standby' })
  client.on('error', () => {})
  await client.connect()
  try {
    const standby = await startOn({ major: primary.major, dataDir }, async () => {
      if (!(await slotServes(client, o.slot)) || !existsSync(join(dataDir, 'standby.signal')))
        await copyPrimary(client, primary, dataDir, o.slot)
      writeFileSync(join(dataDir, SETTINGS_FILE), settingsOf(primary, o))
    })
    await streams(client, o.name).catch(async (error) => {
      await standby.stop('immediate')
      throw error
    })
    return standby
  } finally {
    await client.end()
  }
}

/** Whether the slot exists and nothing that a standby needs from it has been removed. */
async function slotServes(client: pg.Client, slot: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_replication_slots WHERE slot_name = $1 AND restart_lsn IS NOT NULL AND wal_status <> 'lost'`,
    [slot],
  )
  return rows.length > 0
}

async function copyPrimary(client: pg.Client, primary: EmbeddedServer, dataDir: string, slot: string) {
  await client.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  )
  // Reserves WAL from now on, before the backup begins.
  await client.query('SELECT pg_create_physical_replication_slot($1, true)', [slot])
  await rm(dataDir, { recursive: true, force: true })
  const account = serverAccount(primary.dataDir)
  const [start, stop] =
    primary.major >= 15
      ? ['pg_backup_start($1, true)', 'pg_backup_stop(false)']
      : ['pg_start_backup($1, true, false)', 'pg_stop_backup(false, false)']
  await build(dataDir, async (folder) => {
    await client.query(`SELECT ${start}`, [`pgtend ${slot}`])
    await copyTree(primary.dataDir, folder, { owner: account, skip: belongsToPrimary })
    // Last, as pg_basebackup does: it must not be older than any page.
    await copyFile(join(primary.dataDir, 'global', 'pg_control'), join(folder, 'global', 'pg_control'))
    const { rows } = await client.query<{ labelfile: string }>(`SELECT labelfile FROM ${stop}`)
    await writeOwned(join(folder, 'backup_label'), rows[0]?.labelfile ?? '', account)
    await writeOwned(join(folder, 'standby.signal'), '', account)
    await own(join(folder, 'global', 'pg_control'), account)
  })
}

function belongsToPrimary(path: string): boolean {
  return (
    LEFT_OUT.includes(basename(path)) ||
    EMPTIED.includes(dirname(path)) ||
    path.split(sep).some((part) => part.startsWith('pgsql_tmp') || part === 'pg_internal.init')
  )
}

async function writeOwned(path: string, text: string, account: Account | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  await own(path, account)
}

async function own(path: string, account: Account | undefined): Promise<void> {
  if (account) await chown(path, account.uid, account.gid)
}

function settingsOf(primary: EmbeddedServer, o: StandbyOptions): string {
  const source = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${quote(o.name)}`
  return `${readFileSync(join(primary.dataDir, SETTINGS_FILE), 'utf8')}
primary_conninfo = ${quote(source)}
primary_slot_name = ${quote(o.slot)}
`
}

async function streams(client: pg.Client, name: string): Promise<void> {
  const until = Date.now() + STREAMING_SECONDS * 1000
  while (Date.now() < until) {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'`,
      [name],
    )
    if (rows.length > 0) return
    await sleep(50)
  }
  throw new AppError('server-failed', `the standby ${name} does not stream`)
}
