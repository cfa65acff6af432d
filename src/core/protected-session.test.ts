import { describe, expect, it } from 'vitest'
import { type SessionTraits, whyProtected } from './protected-session.ts'

const session = (traits: Partial<SessionTraits>): SessionTraits => ({
  user: 'app',
  application: 'web',
  backendType: 'client backend',
  query: 'select 1',
  ...traits,
})

describe('whyProtected', () => {
  it.each([
    [{ user: 'supabase_admin' }, 'supabase_admin'],
    [{ user: 'authenticator' }, 'PostgREST'],
    [{ user: 'supabase_auth_admin' }, 'Auth'],
    [{ user: 'supabase_storage_admin' }, 'Storage'],
    [{ user: 'supabase_replication_admin' }, 'replication'],
    [{ user: 'pgbouncer' }, 'PgBouncer'],
    [{ backendType: 'walsender' }, 'WAL'],
    [{ backendType: 'logical replication worker' }, 'logical replication worker'],
    [{ backendType: 'checkpointer', user: null }, 'checkpointer'],
    [{ backendType: 'parallel worker' }, 'another session'],
    [{ backendType: 'pg_net 0.14 worker' }, 'pg_net'],
    [{ application: 'pg_cron' }, 'pg_cron'],
    [{ application: 'Supavisor' }, 'Supavisor'],
    [{ application: 'PostgREST' }, 'PostgREST'],
    [{ application: 'PostgREST 12.2.3' }, 'PostgREST'],
    [{ application: 'pgtend' }, 'pgtend'],
    [{ application: 'pgtend action' }, 'pgtend'],
    [
      { backendType: 'autovacuum worker', query: 'autovacuum: VACUUM public.t (to prevent wraparound)' },
      'wraparound',
    ],
  ])('spares %o', (traits, reason) => {
    expect(whyProtected(session(traits))).toContain(reason)
  })

  it.each([
    {},
    { application: '' },
    { user: null },
    { application: 'pgtendril' },
    { application: 'PostgREST loader' },
    // A client may write it into its query; only an autovacuum worker is spared for it.
    { query: 'select 1 /* (to prevent wraparound) */' },
    { backendType: 'autovacuum worker', query: 'autovacuum: VACUUM public.t' },
  ])('lets %o be hit', (traits) => {
    expect(whyProtected(session(traits))).toBeUndefined()
  })
})
