import { expect, test } from 'vitest'
import { isPlatformSchema } from './managed.ts'

test.each(['auth', 'storage', 'realtime', 'graphql_public', 'supabase_functions', '_timescaledb_internal'])(
  '%s is the platform’s on Supabase, and one’s own elsewhere',
  (schema) => {
    expect(isPlatformSchema(schema, 'supabase')).toBe(true)
    for (const other of ['self-hosted', 'rds', 'aurora', 'cloud-sql', 'neon'] as const)
      expect(isPlatformSchema(schema, other)).toBe(false)
  },
)

test.each(['public', 'author', 'my_auth', 'auth\npublic', 'AUTH', 'supabase', ''])(
  '%j is one’s own on Supabase too',
  (schema) => expect(isPlatformSchema(schema, 'supabase')).toBe(false),
)
