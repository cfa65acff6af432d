/** What every embedded server is started with unless told otherwise. */
const DEFAULTS: Record<string, string> = {
  shared_preload_libraries: 'pg_stat_statements,auto_explain',
  track_io_timing: 'on',
  log_line_prefix: '%m [%p] %q%a ',
}

/** The file inside the data directory that holds the settings; postgresql.conf includes it, ALTER SYSTEM still wins over it. */
export const SETTINGS_FILE = 'pgtend.conf'

/** The text of the settings file. */
export function settingsText(settings: Record<string, string> = {}): string {
  return Object.entries({ ...DEFAULTS, ...settings })
    .map(([name, value]) => `${name} = ${quote(value)}\n`)
    .join('')
}

/** A value for a PostgreSQL configuration file or, with the same rules, for a part of a connection string. */
export function quote(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`
}

/** Where an embedded server listens, given on the command line so that nothing in the data directory can widen it. */
export function listenArguments(port: number): string[] {
  return ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', `port=${port}`]
}
