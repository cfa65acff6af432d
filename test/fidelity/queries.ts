/** Random numbers from a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Draw = (n: number) => number

interface Source {
  readonly table: string
  readonly alias: string
  readonly predicates: readonly ((n: Draw) => string)[]
  readonly columns: readonly string[]
}

const STATES = ['new', 'packed', 'moving', 'delivered', 'lost']
const date = (n: Draw) =>
  `'202${n(5)}-${String(1 + n(12)).padStart(2, '0')}-${String(1 + n(28)).padStart(2, '0')}'`
const op = (n: Draw) => ['<', '>', '<=', '>='][n(4)]
const list = (n: Draw, one: () => string) => Array.from({ length: 2 + n(6) }, one).join(', ')

const SOURCES: Readonly<Record<string, Source>> = {
  c: {
    table: 'fleet.customer',
    alias: 'c',
    columns: ['id', 'email', 'city', 'balance', 'created', 'country'],
    predicates: [
      (n) => `c.id = ${n(21000)}`,
      (n) => `c.id BETWEEN ${n(10000)} AND ${10000 + n(10000)}`,
      (n) => `c.country = '${['DE', 'FR', 'IT', 'PL', 'XX'][n(5)]}'`,
      (n) => `c.city = 'City ${n(140)}'`,
      (n) => `c.city = 'City ${n(120)}' AND c.zip = '${String(n(1200)).padStart(5, '0')}'`,
      (n) => `c.balance ${op(n)} ${n(10000)}`,
      (n) => `c.balance IS ${n(2) ? 'NOT ' : ''}NULL`,
      (n) => `c.tags @> ARRAY['${['gold', 'silver', 'late', 'app', 'none'][n(5)]}']`,
      (n) => `c.tags && ARRAY['${['gold', 'web'][n(2)]}', 'test']`,
      (n) => `c.profile @> '{"lang": "${['de', 'en', 'xx'][n(3)]}"}'`,
      (n) => `c.profile @> '{"plan": "pro", "n": ${n(100)}}'`,
      (n) => `c.profile->>'plan' = '${n(2) ? 'pro' : 'free'}'`,
      (n) => `lower(c.email) = 'user${n(20000)}@example.org'`,
      (n) => `fleet.initials(c.name) = 'N${n(9)}'`,
      (n) => `c.email LIKE 'User${n(99)}%'`,
      (n) => `c.name ILIKE '%${n(99)}%'`,
      (n) => `c.created ${op(n)} ${date(n)}`,
      () => 'c.vip',
    ],
  },
  p: {
    table: 'fleet.parcel',
    alias: 'p',
    columns: ['id', 'customer', 'placed', 'weight', 'state', 'depot'],
    predicates: [
      (n) => `p.id = ${n(61000)}`,
      (n) => `p.id IN (${list(n, () => String(n(60000)))})`,
      (n) => `p.customer = ${n(20000)}`,
      (n) => `p.customer ${op(n)} ${n(20000)}`,
      (n) => `p.depot = ${n(210)}`,
      (n) => `p.depot IN (${list(n, () => String(n(200)))})`,
      (n) => `p.state = '${STATES[n(5)]}'`,
      (n) => `p.state <> '${STATES[n(5)]}'`,
      (n) => `p.state IN ('${STATES[n(5)]}', '${STATES[n(5)]}') AND p.depot = ${n(200)}`,
      (n) => `p.weight ${op(n)} ${n(60)}`,
      (n) => `p.note IS ${n(2) ? 'NOT ' : ''}NULL`,
      (n) => `p.note LIKE 'note ${n(9)}a%'`,
      (n) => `p.placed ${op(n)} ${date(n)}`,
      (n) => `p.placed BETWEEN '2024-0${1 + n(9)}-01' AND '2024-0${1 + n(9)}-15'`,
      (n) => `p.code = md5('${n(60000)}')::uuid`,
      (n) => `p.slot && int4range(${n(900)}, ${900 + n(100)})`,
      (n) => `p.slot @> ${n(1000)}`,
      (n) => `(p.depot = ${n(200)} OR p.customer = ${n(20000)})`,
      () => 'p.heavy',
    ],
  },
  s: {
    table: 'fleet.scan',
    alias: 's',
    columns: ['parcel', 'at', 'kind', 'depot'],
    predicates: [
      (n) => `s.parcel = ${n(60000)}`,
      (n) => `s.at ${op(n)} ${date(n)}`,
      (n) => `s.at BETWEEN '2025-0${1 + n(5)}-01' AND '2025-0${6 + n(3)}-15'`,
      (n) => `s.kind = '${['in', 'out', 'check', 'fault', 'none'][n(5)]}'`,
      (n) => `s.depot = ${n(200)} AND s.kind = 'fault'`,
      (n) => `(s.payload->>'code')::int = ${n(40)}`,
      (n) => `s.payload IS ${n(2) ? 'NOT ' : ''}NULL`,
    ],
  },
  i: {
    table: 'fleet.invoice',
    alias: 'i',
    columns: ['id', 'parcel', 'amount', 'due'],
    predicates: [
      (n) => `i.id < ${n(30000)}`,
      (n) => `i.parcel = ${n(60000)}`,
      (n) => `i.amount ${op(n)} ${n(500)}`,
      (n) => `i.currency = '${['EUR', 'PLN', 'CHF', 'USD'][n(4)]}'`,
      (n) => `i.paid = ${n(2) === 0}`,
      (n) => `NOT i.paid AND i.due < ${date(n)}`,
      (n) => `i.memo LIKE 'memo ${n(70)}%'`,
      (n) => `i.due = '2025-0${1 + n(9)}-11'`,
    ],
  },
  d: {
    table: 'fleet.depot',
    alias: 'd',
    columns: ['id', 'name', 'region'],
    predicates: [(n) => `d.region = '${['north', 'overseas', 'west'][n(3)]}'`, (n) => `d.id < ${n(200)}`],
  },
  y: {
    table: 'fleet.daily',
    alias: 'y',
    columns: ['day', 'parcels', 'depot'],
    predicates: [(n) => `y.day = ${date(n)}`, (n) => `y.parcels > ${n(20)}`, (n) => `y.day > ${date(n)}`],
  },
  l: {
    table: 'fleet.log',
    alias: 'l',
    columns: ['id', 'level', 'at'],
    predicates: [(n) => `l.id = ${n(6000) - 3000}`, (n) => `l.level = ${n(12)}`, (n) => `l.at > ${date(n)}`],
  },
  o: {
    table: 'fleet.open_parcel',
    alias: 'o',
    columns: ['id', 'email', 'placed'],
    predicates: [
      (n) => `o.depot = ${n(200)}`,
      (n) => `o.customer = ${n(20000)}`,
      (n) => `o.email LIKE 'User1${n(9)}%'`,
    ],
  },
  b: {
    table: 'fleet.debtor',
    alias: 'b',
    columns: ['id', 'owed'],
    predicates: [(n) => `b.id = ${n(20000)}`, (n) => `b.owed > ${n(900)}`],
  },
}

/** Joins along the foreign keys: which sources, and on what. */
const JOINS: readonly (readonly [readonly string[], string])[] = [
  [['p', 'c'], 'c.id = p.customer'],
  [['p', 'd'], 'd.id = p.depot'],
  [['p', 'i'], 'i.parcel = p.id'],
  [['p', 's'], 's.parcel = p.id'],
  [['s', 'd'], 'd.id = s.depot'],
  [['c', 'p', 'i'], 'c.id = p.customer AND i.parcel = p.id'],
  [['c', 'p', 'd'], 'c.id = p.customer AND d.id = p.depot'],
  [['c', 'p', 's'], 'c.id = p.customer AND s.parcel = p.id'],
  [['y', 'd'], 'd.id = y.depot'],
]

/** SELECTs that draw on everything in the schema: the same ones for the same seed. */
export function randomQueries(seed: number, count: number): string[] {
  const next = random(seed)
  const n: Draw = (below) => Math.floor(next() * below)
  return Array.from({ length: count }, () => randomQuery(n))
}

function randomQuery(n: Draw): string {
  const [aliases, on] =
    n(5) < 3
      ? [[Object.keys(SOURCES)[n(9)] as string], '']
      : (JOINS[n(JOINS.length)] as (typeof JOINS)[number])
  const sources = aliases.map((a) => SOURCES[a] as Source)
  const from = sources.map((s) => `${s.table} ${s.alias}`).join(', ')
  const predicates = Array.from({ length: 1 + n(sources.length > 1 ? 3 : 2) }, () => {
    const s = sources[n(sources.length)] as Source
    return (s.predicates[n(s.predicates.length)] as (n: Draw) => string)(n)
  })
  const where = [...(on === '' ? [] : [on]), ...predicates].join(' AND ')
  const s = sources[n(sources.length)] as Source
  const column = `${s.alias}.${s.columns[n(s.columns.length)]}`
  const other = `${s.alias}.${s.columns[n(s.columns.length)]}`
  const first = sources[0] as Source
  const shapes = [
    () => `SELECT * FROM ${from} WHERE ${where}`,
    () =>
      `SELECT ${column}, ${other} FROM ${from} WHERE ${where} ORDER BY ${column}${n(2) ? ' DESC' : ''} LIMIT ${1 + n(50)}`,
    () => `SELECT ${column} FROM ${from} WHERE ${where} ORDER BY ${column}, ${other}`,
    () => `SELECT ${column}, count(*) FROM ${from} WHERE ${where} GROUP BY ${column}`,
    () => `SELECT count(*), max(${column}::text) FROM ${from} WHERE ${where}`,
    () => `SELECT DISTINCT ${column} FROM ${from} WHERE ${where}`,
    () =>
      `WITH x AS (SELECT ${column} AS v FROM ${from} WHERE ${where}) SELECT v, count(*) FROM x GROUP BY v ORDER BY 2 DESC LIMIT 10`,
    () =>
      `SELECT 1 FROM ${first.table} ${first.alias} WHERE EXISTS (SELECT FROM fleet.depot d0 WHERE d0.id = 1 + length(${first.alias}.${first.columns[1]}::text)) LIMIT ${1 + n(20)}`,
  ]
  return (shapes[n(shapes.length)] as () => string)()
}
