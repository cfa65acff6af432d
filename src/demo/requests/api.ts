import { addActivity, addUsage, type Request } from '../request.ts'

/** The public API and the form submissions. */
export const api: readonly Request[] = [
  {
    name: 'who am I',
    weight: 10,
    run: async (c) => {
      await c.sql('select id, business_name, plan, settings from suppliers where slug = $1', [
        c.sample.slug(),
      ])
      await addUsage(c, '/v1/me')
    },
  },
  {
    name: 'check the rate limit',
    weight: 8,
    run: async ({ sql, sample }) => {
      await sql(
        `select count(*) from api_usage_logs where supplier_id = $1 and created_at > now() - interval '1 minute'`,
        [sample.supplier()],
      )
    },
  },
  {
    name: 'submit a form',
    weight: 4,
    run: async (c) => {
      const form = c.sample.form()
      const { id, supplier_id } = c.sample.client()
      await c.transaction(async () => {
        await c.sql('insert into form_responses (form_id, client_id, answers) values ($1, $2, $3)', [
          form,
          id,
          { q1: 'Amelia', q2: 'Yes', q3: 120, q4: 'We would love something simple and warm.' },
        ])
        c.added('form_responses')
        await addActivity(c, 'completed', 'form', form, supplier_id)
      })
      await addUsage(c, '/v1/responses', 201)
    },
  },
  {
    name: 'correct the last response',
    weight: 2,
    run: async ({ sql, sample }) => {
      await sql(
        `update form_responses set completion = 1, updated_at = now()
         where id = (select id from form_responses where form_id = $1 order by submitted_at desc limit 1)`,
        [sample.form()],
      )
    },
  },
  {
    name: 'find a request by its number',
    weight: 4,
    run: async ({ sql, sample }) => {
      await sql(
        'select endpoint, status_code, duration_ms, created_at from api_usage_logs where request_id = $1',
        [sample.request()],
      )
    },
  },
  {
    name: 'report an error',
    weight: 0.5,
    run: async ({ sql, added, sample }) => {
      await sql(
        `insert into error_logs (supplier_id, level, service, message) values ($1, 'warning', 'api', 'Stripe: card declined')`,
        [sample.supplier()],
      )
      added('error_logs')
    },
  },
  {
    // Always refused: the slug is taken. So the share of failed transactions isn't exactly zero.
    name: 'sign up with a name that is taken',
    weight: 0.05,
    run: async ({ sql, sample }) => {
      await sql(
        `insert into suppliers (business_name, slug, category, email, city, country)
         values ('Taken', $1, 'venue', 'taken@venue.example', 'Bath', 'GB')`,
        [sample.slug()],
      )
    },
  },
]
