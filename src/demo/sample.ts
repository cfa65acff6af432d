import type pg from 'pg'

/** Identifiers that the workload asks for, taken from the database once at its start. */
export interface Sample {
  readonly supplier: () => string
  readonly slug: () => string
  readonly client: () => { id: string; supplier_id: string; email: string }
  readonly form: () => string
  /** A form with few rows in the logs; the ones that come first by identifier have the most. */
  readonly quietForm: () => string
  readonly journey: () => string
  readonly template: () => string
  readonly invoice: () => string
  readonly email: () => string
  readonly request: () => string
}

const LIMIT = 2_000

/** Reads up to 2,000 identifiers of each kind. Early ones are drawn more often, as in the data. */
export async function takeSample(client: pg.Client): Promise<Sample> {
  const read = async <T>(sql: string): Promise<() => T> => {
    const rows = (await client.query(`${sql} limit ${LIMIT}`)).rows as T[]
    return () => rows[Math.floor(rows.length * Math.random() ** 2)] as T
  }
  const column = async (column: string, table: string, order = 'id') => {
    const row = await read<{ value: string }>(`select ${column} as value from ${table} order by ${order}`)
    return () => row().value
  }
  return {
    supplier: await column('id', 'suppliers'),
    slug: await column('slug', 'suppliers'),
    client: await read('select id, supplier_id, email from clients order by id'),
    form: await column('id', 'forms'),
    quietForm: await column('id', 'forms', 'id desc'),
    journey: await column('id', 'journeys'),
    template: await column('id', 'email_templates'),
    invoice: await column('id', 'invoices'),
    email: await column('provider_id', 'email_logs', 'created_at desc'),
    request: await column('request_id', 'api_usage_logs', 'created_at desc'),
  }
}
