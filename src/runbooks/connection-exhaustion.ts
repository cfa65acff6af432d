import type { Query } from '../core/action.ts'
import { formatRatio, formatSeconds, plural } from '../core/format.ts'
import { defineRunbook } from '../core/runbook.ts'
import {
  applicationOf,
  isClient,
  meant,
  type SeenSession,
  seeSessions,
  sessionRef,
  whySpared,
} from './_sessions.ts'

interface Slots {
  readonly used: number
  readonly usable: number
}

/** Slots of ordinary clients: those that are reserved are of no use to an application. */
async function slotsOf(query: Query): Promise<Slots> {
  const [row] = await query(`
select (select count(*) from pg_stat_activity where backend_type = 'client backend')::float8 as used,
  sum(case when name = 'max_connections' then setting::int else -setting::int end)::float8 as usable
from pg_settings where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections')`)
  return { used: Number(row?.used), usable: Number(row?.usable) }
}

/** Applications that hold more idle sessions than one needs. */
function leaksOf(sessions: readonly SeenSession[], { leak, idle }: { leak: number; idle: number }) {
  const idlers = sessions.filter((s) => s.state === 'idle' && s.state_age > idle)
  return [...Map.groupBy(idlers, applicationOf)].filter(([, held]) => held.length > leak)
}

export default defineRunbook({
  name: 'connection-exhaustion',
  title: 'Connections are used up',
  doc: 'Ends sessions of this database that nobody has used for long, the longest idle first, when few slots are left or an application leaks sessions. A session in a transaction, in another database, of the platform or of pgtend is never ended. Works when every slot is taken: pgtend holds a connection in reserve.',
  rules: ['connections-near-limit', 'connection-leak'],
  mends: ['connections-near-limit', 'connection-leak'],
  thresholds: { idle: 600, leak: 10, used: 0.9 },
  inWindow: false,
  async detect(query, thresholds) {
    const { idle } = thresholds
    const [slots, sessions] = [await slotsOf(query), await seeSessions(query)]
    const clients = sessions.filter(isClient)
    const mayGo = clients.filter((s) => whySpared(s) === undefined)
    const leaks = leaksOf(mayGo, thresholds)
    const share = slots.usable > 0 ? slots.used / slots.usable : 1
    const exhausted = share >= thresholds.used
    const leaking = new Set(leaks.map(([application]) => application))
    const wanted = (s: SeenSession) =>
      s.state === 'idle' && s.state_age > idle && (exhausted || leaking.has(applicationOf(s)))
    const hit = mayGo.filter(wanted).sort((a, b) => b.state_age - a.state_age || a.pid - b.pid)
    const hits = new Set(hit)
    const found = exhausted || leaks.length > 0
    const named = leaks.map(
      ([application, held]) =>
        `${application} leaks: ${plural(held.length, 'session')} that nobody used for more than ${formatSeconds(idle)}`,
    )
    const slotsSaid = `${slots.used} of ${slots.usable} slots are taken (${formatRatio(share)})`
    return {
      found,
      summary: found
        ? `${slotsSaid}; ${plural(hit.length, 'session')} can be ended.`
        : `${slotsSaid} and no application leaks sessions.`,
      measures: { ...slots, idle: hit.length, leaks: leaks.length },
      named,
      about: ['instance', ...leaks.map(([, [held]]) => `application ${held?.application || '(no name)'}`)],
      moves: hit.map((s) => ({
        action: 'terminate-backend',
        input: { ...meant(s), idle },
        reason: `idle for ${formatSeconds(s.state_age)}`,
      })),
      spared: clients
        .filter((s) => !hits.has(s))
        .map((s) => sessionRef(s, whySpared(s) ?? whyNotIdle(s, idle))),
    }
  },
  async verify(query, thresholds, before) {
    const now = await this.detect(query, thresholds, undefined as never)
    const { used = null, usable = null, leaks = null } = now.measures
    const freed = (before.measures.used ?? 0) - (used ?? 0)
    const detail = `${before.measures.used} → ${used} of ${usable} slots taken`
    const after = { used, usable, leaks, freed }
    return now.found
      ? { ok: false, detail: `${detail}. ${now.summary} ${whatIsLeft(now.named)}`.trim(), after }
      : { ok: true, detail, after }
  },
})

function whyNotIdle(s: SeenSession, idle: number): string {
  if (s.state === 'idle')
    return s.state_age > idle
      ? 'its application does not leak sessions'
      : `it was used ${formatSeconds(s.state_age)} ago`
  if (s.state?.startsWith('idle in transaction')) return 'it is in a transaction: its work would be lost'
  return s.state === null ? 'what it does can not be seen without pg_monitor' : 'it is at work'
}

const whatIsLeft = (named: readonly string[]): string => named.map((n) => `${n}.`).join(' ')
