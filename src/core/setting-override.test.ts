import { expect, test } from 'vitest'
import { settingFix } from './setting-override.ts'

const override = { setting: 'track_activities', value: 'off', text: 'off', database: 'My app', role: null }

test('what is set for the database or all roles is taken back there; else it is set for all', () => {
  const fix = (...overrides: Parameters<typeof settingFix>[0] & object) =>
    settingFix(overrides, 'track_activities', 'on')
  expect(fix()).toBe('ALTER SYSTEM SET track_activities = on; SELECT pg_reload_conf();')
  expect(fix(override)).toBe('ALTER DATABASE "My app" RESET track_activities;')
  expect(fix({ ...override, database: null })).toBe('ALTER ROLE ALL RESET track_activities;')
  // Of one role alone, or of another setting, it says nothing.
  expect(fix({ ...override, role: 'etl' }, { ...override, setting: 'fsync' })).toMatch(/^ALTER SYSTEM/)
})
