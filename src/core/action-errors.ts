/** Errors about plans, actions, recoveries and backups: rows of the error table. */
export const ACTION_ERRORS = {
  'cannot-plan': {
    message: 'This can not be planned',
    remedy: 'Read the reason; what it needs is in docs/reference/actions.md.',
    status: 409,
    exit: 2,
  },
  'plan-changed': {
    message: 'The database has changed since the plan was approved',
    remedy: 'Look at the new plan and approve that.',
    status: 409,
    exit: 2,
  },
  'not-allowed': {
    message: 'pgtend may not change anything here',
    remedy: 'Start it with --allow-actions to let people approve plans.',
    status: 403,
    exit: 2,
  },
  'already-running': {
    message: 'Another action is at work on this',
    remedy: 'Wait until it has ended, or cancel it.',
    status: 409,
    exit: 2,
  },
  'needs-direct': {
    message: 'This does not work through a transaction pooler',
    remedy:
      'Give the URL of a direct or session connection, such as port 5432 in place of 6543; of a watched target as its actionUrl.',
    status: 409,
    exit: 2,
  },
  'step-failed': {
    message: 'PostgreSQL refused or ended a statement',
    remedy: 'Read what it said; the run tells what was left behind and cleaned up.',
    status: 409,
    exit: 1,
  },
  'step-cancelled': {
    message: 'The statement was cancelled',
    remedy: 'Plan it again when it suits.',
    status: 409,
    exit: 130,
  },
  'unknown-action': {
    message: 'There is no such action',
    remedy: 'pgtend act lists them, as does docs/reference/actions.md.',
    status: 404,
    exit: 2,
  },
  'unknown-runbook': {
    message: 'There is no such runbook',
    remedy: 'GET /api/runbooks lists them.',
    status: 404,
    exit: 2,
  },
  'unknown-run': {
    message: 'There is no such run',
    remedy: 'pgtend runs lists them; only one that goes on can be cancelled.',
    status: 404,
    exit: 2,
  },
  'run-abandoned': {
    message: 'The process that ran it is gone',
    remedy:
      'Nobody is left to cancel it. pgtend serve --allow-actions, or the next pgtend act on that database, finds out what became of it and cleans up.',
    status: 409,
    exit: 4,
  },
  'nothing-to-undo': {
    message: 'This run can not be taken back',
    remedy: 'pgtend runs --json shows the plan of each run, with the undo where there is one.',
    status: 409,
    exit: 2,
  },
  'backup-failed': {
    message: 'The backup could not be made',
    remedy: 'Correct what the detail names and run it again; older backups are untouched.',
    status: 500,
    exit: 4,
  },
  'backup-damaged': {
    message: 'The backup is damaged',
    remedy: 'Use another one: pgtend backup list. Look at the disk that it lies on.',
    status: 409,
    exit: 4,
  },
  'restore-rights': {
    message: 'The role has no right to restore all of it',
    remedy:
      'Nothing was changed. Restore with a role that has the right, or with --leave-out: then all rows and definitions are restored, and what the detail names is left out, for an administrator to run.',
    status: 409,
    exit: 4,
  },
  'restore-failed': {
    message: 'The backup could not be restored',
    remedy: 'Nothing was changed. Correct what the detail names and run it again.',
    status: 409,
    exit: 4,
  },
  'not-empty': {
    message: 'The database is not empty',
    remedy: 'Restore into a new database (CREATE DATABASE name), or say --force.',
    status: 409,
    exit: 2,
  },
  'unknown-backup': {
    message: 'There is no such backup',
    remedy: 'pgtend backup list names them.',
    status: 404,
    exit: 2,
  },
} as const
