import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What the package ships in `sql/`. */
export interface Pack {
  /** A whole number; the comment of the schema records it. */
  readonly version: number
  /** Makes the pack, and brings an existing one of this version to what it should be. */
  readonly install: string
  /** What must go or change before `install`, by the version it leads away from. Each leaves other versions alone. */
  readonly upgrades: ReadonlyMap<number, string>
  /** Makes `public.check_database_health()`. */
  readonly rpc: string
  readonly uninstall: string
}

/** Two folders up from src/sql-pack and dist/sql-pack alike. */
const FOLDER = new URL('../../sql/', import.meta.url)

/** Reads the pack that comes with this package. */
export function loadPack(folder: URL = FOLDER): Pack {
  const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
  const names = readdirSync(fileURLToPath(folder)).sort()
  const install = names
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .map(read)
    .join('\n')
  const version = versionIn(/COMMENT ON SCHEMA pgtend IS '(.*)'/.exec(install)?.[1])
  if (version === undefined) throw new Error(`${folder.href} does not say the version of the pack`)
  const upgrades = names.flatMap((name): [number, string][] => {
    const from = /^upgrade-from-(\d+)\.sql$/.exec(name)?.[1]
    return from === undefined ? [] : [[Number(from), read(name)]]
  })
  return {
    ...{ version, install, upgrades: new Map(upgrades) },
    ...{ rpc: read('rpc.sql'), uninstall: read('uninstall.sql') },
  }
}

/** The version that a comment of the schema records, or undefined where it is not the pack's. */
export function versionIn(comment: string | null | undefined): number | undefined {
  const version = /^pgtend SQL pack, version (\d+)$/.exec(comment ?? '')?.[1]
  return version === undefined ? undefined : Number(version)
}
