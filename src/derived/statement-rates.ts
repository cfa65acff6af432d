import { byNumber } from '../core/by-number.ts'
import { detail, flag, gauge, id, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe, pair } from '../core/given.ts'
import { isOwnStatement } from '../core/own-statement.ts'
import { redactLiterals } from '../core/redact.ts'
import type { Row } from '../core/table.ts'
import roleNames from '../probes/role-names.ts'
import sessionTexts from '../probes/session-texts.ts'
import statementTexts from '../probes/statement-texts.ts'
import statements from '../probes/statements.ts'
import { memoized, NONE } from './_names.ts'
import { statementDifferences } from './_statement-differences.ts'

type Text = Pick<Row<typeof statementTexts>, 'query_id' | 'query'>

const textsById = memoized((rows: readonly Text[]) => new Map(rows.map((t) => [t.query_id, t])))

const rolesByOid = memoized((rows: readonly Row<typeof roleNames>[]) => byNumber(rows, 'oid'))

const redacted = memoized((text: Text) => ({ query: redactLiterals(text.query) }))

export default defineDerived({
  name: 'statement-rates',
  title: 'Statements',
  doc: 'What each statement did between the last two samples, those that took most time first. Statements that did not run are left out, and so are pgtend’s own. Those inside functions are listed beside their callers, whose time theirs is part of.',
  rows: 'many',
  from: {
    statements: pair(statements),
    texts: maybe(statementTexts),
    sessions: maybe(sessionTexts),
    roles: maybe(roleNames),
  },
  columns: {
    query_id: label('Identifier of the statement, a 64-bit number'),
    user_id: id('Oid of the effective role that ran it'),
    database_id: id('Oid of the database that it ran in'),
    toplevel: label('true, or false for a statement inside a function'),
    query: optional(detail('Its text without literals; none while it is not known yet')),
    user: optional(detail('Name of that role; none while it is not known yet, or where it was dropped')),
    calls: gauge('count', 'Times executed in the window'),
    calls_rate: gauge('per_second', 'Times executed per second'),
    mean: gauge('seconds', 'Mean execution time in the window'),
    total: gauge('seconds', 'Execution time in the window'),
    share: gauge(
      'ratio',
      'Its part of the execution time of the statements listed, each counted once: those inside functions are in their callers’',
    ),
    rows_per_call: gauge('count', 'Rows returned or changed by one execution'),
    blocks: gauge('count', 'Blocks asked for in the window'),
    cache_hit: optional(gauge('ratio', 'Blocks found in shared buffers; none where no block was asked for')),
    temp_blocks: gauge('count', 'Blocks of temporary files read and written in the window'),
    read_seconds: optional(
      gauge('seconds', 'Time spent reading blocks in the window; none where track_io_timing is off'),
    ),
    wal: gauge('bytes', 'WAL written in the window'),
    planning: optional(
      gauge('seconds', 'Time spent planning it in the window; none where track_planning is off'),
    ),
    stddev: gauge('seconds', 'Standard deviation of the execution time since its statistics began'),
    max: gauge('seconds', 'Longest execution since its statistics began'),
    slow: flag('Whether the mean is above the limit for slow statements'),
  },
  compute({ statements: both, texts, sessions = NONE, roles = NONE }, { limits, server }) {
    // What is not measured is sent as 0.
    const reads = server.settings.track_io_timing !== 'off'
    const plans = server.settings['pg_stat_statements.track_planning'] !== 'off'
    const known = textsById(texts ?? sessions)
    const named = rolesByOid(roles)
    const ran = statementDifferences(both).changes.filter(
      ({ row, grew }) => grew.calls > 0 && !isOwnStatement(known.get(row.query_id)?.query ?? ''),
    )
    const all = ran.reduce(
      (sum, { row, grew }) => (row.toplevel === 'false' ? sum : sum + grew.exec_seconds),
      0,
    )
    return ran
      .map(({ row, grew }) => {
        const text = known.get(row.query_id)
        const mean = grew.exec_seconds / grew.calls
        const blocks = grew.hit_blocks + grew.read_blocks
        return {
          query_id: row.query_id,
          user_id: row.user_id,
          database_id: row.database_id,
          toplevel: row.toplevel,
          query: text?.query ? redacted(text).query : null,
          user: named.get(row.user_id)?.role ?? null,
          calls: grew.calls,
          calls_rate: grew.calls / both.seconds,
          mean,
          total: grew.exec_seconds,
          // A function that still runs has not been counted yet, what ran inside it has.
          share: grew.exec_seconds === 0 ? 0 : Math.min(1, grew.exec_seconds / all),
          rows_per_call: grew.rows / grew.calls,
          blocks,
          cache_hit: blocks === 0 ? null : grew.hit_blocks / blocks,
          temp_blocks: grew.temp_blocks,
          read_seconds: reads ? grew.read_seconds : null,
          wal: grew.wal_bytes,
          planning: plans ? grew.plan_seconds : null,
          stddev: row.stddev_seconds,
          max: row.max_seconds,
          slow: mean > limits.slowQuery,
        }
      })
      .sort((a, b) => b.total - a.total || (a.query_id < b.query_id ? -1 : 1))
  },
})
