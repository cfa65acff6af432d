import { expect, test } from 'vitest'
import { freshDatabase, majors } from '../../test/servers.ts'
import { settingValue } from './setting-value.ts'

const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  enable_nestloop: ['on', 'OFF', 'of', 'true', 'f', 'YES', 'n', '1', '0'],
  compute_query_id: ['auto', 'Off', 'true', 'no'],
  work_mem: ['4096', '4MB', '4 MB', '65536kB', '1GB', '131072 B'],
  idle_in_transaction_session_timeout: ['60000', '5min', '1.5 h', '1d', '250ms', '0'],
  log_min_duration_statement: ['-1', '2s', '1e3'],
  effective_cache_size: ['100', '1GB'],
  random_page_cost: ['1.1', '4'],
  default_statistics_target: ['50'],
}

test.each(majors)('PostgreSQL %i takes it to be the same', async (major) => {
  const db = await freshDatabase(major)
  const client = await db.client()
  for (const [name, texts] of Object.entries(WRITTEN)) {
    for (const text of texts) {
      await client.query('SELECT set_config($1, $2, false)', [name, text])
      const { rows } = await client.query('SELECT setting, vartype, unit FROM pg_settings WHERE name = $1', [
        name,
      ])
      const [{ setting, vartype, unit }] = rows
      const kept = settingValue(setting, vartype, unit)
      expect(settingValue(text, vartype, unit), `${name} = ${text}`).toBe(kept)
    }
  }
  await db.drop()
})

test('in bytes and seconds; what is no figure stays as it is', () => {
  expect(settingValue('1 GB', 'integer', '8kB')).toBe(String(1024 ** 3))
  expect(settingValue('2', 'integer', '8kB')).toBe('16384')
  expect(settingValue('1.5h', 'integer', 'ms')).toBe('5400')
  expect(settingValue('-1', 'integer', 'ms')).toBe('-1')
  expect(settingValue('5 parsecs', 'integer', 'ms')).toBe('5 parsecs')
  expect(settingValue('', 'integer', 'ms')).toBe('')
})
