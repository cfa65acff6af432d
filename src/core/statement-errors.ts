/** Errors about a statement or plan that somebody gave: rows of the error table. */
export const STATEMENT_ERRORS = {
  'bad-sql': {
    message: 'The statement can not be read',
    remedy: 'Correct it at the place named. PostgreSQL 18’s grammar is used; nothing was executed.',
    status: 400,
    exit: 2,
  },
  'truncated-sql': {
    message: 'The statement ends too early',
    remedy:
      'Give the whole text. One out of pg_stat_activity is cut at track_activity_query_size; nothing was executed.',
    status: 400,
    exit: 2,
  },
  'several-statements': {
    message: 'There is more than one statement',
    remedy: 'Give one at a time; nothing was executed.',
    status: 400,
    exit: 2,
  },
  'not-plannable': {
    message: 'This kind of statement has no plan',
    remedy:
      'Give a SELECT, INSERT, UPDATE, DELETE or MERGE, without EXPLAIN or PREPARE before it; nothing was executed.',
    status: 400,
    exit: 2,
  },
  'sql-too-long': {
    message: 'The statement is too long',
    remedy: 'Give long lists as one array parameter: = ANY ($1). Nothing was executed.',
    status: 413,
    exit: 2,
  },
  'cannot-explain': {
    message: 'PostgreSQL can not plan this statement',
    remedy:
      'Correct what it names: a missing table or extension, a parameter without a type ($1::int), a right that is lacking.',
    status: 409,
    exit: 2,
  },
  'not-read-only': {
    message: 'The statement may change something, so it is not executed',
    remedy: 'Leave ANALYZE off: the plan without execution is safe for every statement.',
    status: 409,
    exit: 2,
  },
  'bad-plan': {
    message: 'This is not a plan of EXPLAIN (FORMAT JSON)',
    remedy: 'Give what EXPLAIN (FORMAT JSON) printed, unchanged.',
    status: 400,
    exit: 2,
  },
  'no-statements': {
    message: 'The statements of the database can not be read',
    remedy:
      'Do what the detail says: pg_stat_statements has to be loaded, created, and readable through pg_monitor.',
    status: 409,
    exit: 2,
  },
  'no-shadow': {
    message: 'There is no private planner for this PostgreSQL here',
    remedy:
      'Use Linux or macOS on x64 or arm64, and install with optional dependencies. Advice that needs no planner still works.',
    status: 501,
    exit: 4,
  },
  'unknown-query': {
    message: 'There is no such statement',
    remedy: 'GET /api/queries lists those that ran; a text of your own goes to POST /api/queries/report.',
    status: 404,
    exit: 2,
  },
  'optimization-cancelled': {
    message: 'The optimization was cancelled',
    remedy: 'Start it again when it suits; nothing was changed.',
    status: 409,
    exit: 130,
  },
} as const
