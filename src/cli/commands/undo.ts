import { AppError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import type { Config, TargetConfig } from '../../monitor/config.ts'
import { identify } from '../../monitor/identify.ts'
import { findRun } from '../../operations/find-run.ts'
import { UNDO } from '../../operations/undo.ts'
import { redactUrl } from '../../postgres/url.ts'
import { atMost, defineCommand } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import type { Io } from '../io.ts'
import { chooseTarget } from '../target.ts'
import { ASKING, planAndRun, withOperator } from '../with-operator.ts'

export default defineCommand({
  name: 'undo',
  summary: 'Plan to take back a run, show what that would do, and do it once approved',
  usage: ['pgtend undo <run> [url or configured name] [--dry-run] [--yes]'],
  doc: 'The run is an id of pgtend runs, or its beginning. A dropped index is made again as it was, a new one is dropped: planned from what is in the database now, under the same guards as any action, and recorded as a run of its own. Refused where the run keeps no undo, or where the table or index is another by now. The database is the one of the run where the configuration knows it. Exit codes as of pgtend act.',
  options: ASKING,
  lasting: true,
  async run(values, positionals, io) {
    const [run, given] = positionals
    if (run === undefined) throw new AppError('usage', 'say which run: pgtend runs lists them')
    atMost('undo', positionals, 2)
    const config = await loadConfig(io, values.config)
    const target = (store: Store) => targetOf(store, run, given, config, io)
    const asked = { store: values.store, config, dryRun: values['dry-run'], target }
    return withOperator(asked, io, (operator, id) =>
      planAndRun(operator, id, { name: UNDO, input: { run } }, values, io),
    )
  },
})

/** The target that was named, else the one of the run. */
async function targetOf(
  store: Store,
  run: string,
  given: string | undefined,
  config: Config,
  io: Io,
): Promise<TargetConfig> {
  const { target } = (await findRun(store.ledger, run)).value.plan
  const at = identify(config.targets, redactUrl).findIndex(({ id }) => id === target)
  return given === undefined && at >= 0
    ? (config.targets[at] as TargetConfig)
    : chooseTarget(given, config, io.env)
}
