/** Every probe of a session at once, as a cycle asks for them, and what became of each. */
import type { Outcome } from '../src/core/outcome.ts'
import type { Session } from '../src/postgres/session.ts'
import { probes } from '../src/probes/index.ts'

/** `ok`, or why not, by probe; every probe has an answer. */
export async function readEverything(session: Session): Promise<Readonly<Record<string, string>>> {
  const { results } = await session.flight(
    probes.map((probe) => ({ probe, ...(probe.lookup && { values: [] }) })),
  )
  const word = (outcome: Outcome | undefined) => (outcome?.ok ? 'ok' : (outcome?.reason ?? 'no answer'))
  return Object.fromEntries(probes.map((probe) => [probe.name, word(results.get(probe.name)?.outcome)]))
}
