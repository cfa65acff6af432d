import type { TableSizes } from './sizes.ts'

/** What the data depends on: the same inputs give the same rows, byte for byte. */
export interface DataOptions {
  readonly seed: number
  readonly sizes: TableSizes
  /** The newest moment in the data, as ISO 8601. The logs end here. */
  readonly base: string
}

/** One array literal of texts. */
const texts = (csv: string) => `array[${csv.split(',').map((t) => `'${t.trim()}'`)}]::text[]`

export const FIRST_NAMES = texts(
  'Amelia,Oliver,Isla,George,Ava,Noah,Mia,Arthur,Ivy,Harry,Lily,Leo,Freya,Muhammad,Florence,Jack,Willow,Charlie,Priya,Aarav,Zara,Yusuf,Chloe,Luca,Sofia,Mateo,Ingrid,Kwame,Mei,Tomasz',
)
export const LAST_NAMES = texts(
  'Smith,Jones,Taylor,Brown,Williams,Wilson,Johnson,Davies,Patel,Wright,Walker,White,Khan,Hughes,Green,Hall,Lewis,Clarke,Okafor,Nowak,Garcia,Rossi,Murphy,Campbell,Evans,Singh,Baker,Morgan,Reid,Fraser',
)
export const CITIES = texts(
  'London,Manchester,Bristol,Edinburgh,Leeds,Cardiff,Dublin,Bath,York,Brighton,Oxford,Glasgow',
)
export const USER_AGENTS = texts(
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1) Safari/604.1,Mozilla/5.0 (Macintosh; Intel Mac OS X 15_2) Chrome/141.0,Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edge/141.0,Mozilla/5.0 (Linux; Android 16; Pixel 10) Chrome/141.0,WedMe/4.12 (iOS),WedMe/4.12 (Android)',
)

/**
 * SQL functions that turn a row's number into values by hashing, so that no value depends on the order or
 * the session in which rows are made. They live in the schema `seed`, dropped after the load.
 */
export function generatorFunctions({ seed, sizes, base }: DataOptions): readonly string[] {
  return [
    'drop schema if exists seed cascade',
    'create schema seed',
    // Uniform in [0, 1); `k` tells apart the draws for one row.
    `create function seed.u(i bigint, k integer) returns float8 language sql immutable parallel safe return
      ((hashint8extended(i, k * 1000003::bigint + ${seed}) >> 11) & 9007199254740991)::float8 / 9007199254740992`,
    `create function seed.id(kind text, i bigint) returns uuid language sql immutable parallel safe return
      md5(kind || ':' || ${seed}::text || ':' || i::text)::uuid`,
    `create function seed.pick(choices text[], u float8) returns text language sql immutable parallel safe return
      choices[1 + floor(u * cardinality(choices))::integer]`,
    // A few suppliers have most of everything.
    `create function seed.supplier(u float8) returns uuid language sql immutable parallel safe return
      seed.id('supplier', 1 + floor(${sizes.suppliers} * power(u, 1.8))::bigint)`,
    `create function seed.base() returns timestamptz language sql stable parallel safe return
      '${base}'::timestamptz`,
    // A moment between `since` and the base.
    `create function seed.after(since timestamptz, u float8) returns timestamptz language sql stable parallel safe return
      since + (seed.base() - since) * u`,
    // Log rows come in order over 30 days, seven times as dense at the busy hour as at the quiet one.
    `create function seed.log_time(i bigint, n bigint) returns timestamptz language sql stable parallel safe return
      seed.base() - (30 * (1 - i::float8 / n) + 0.12 * sin(60 * pi() * i::float8 / n)) * interval '1 day'`,
  ]
}
