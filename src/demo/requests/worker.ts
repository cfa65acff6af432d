import { choose, type Request } from '../request.ts'

/** Background work. */
export const worker: readonly Request[] = [
  {
    name: 'run due journey steps',
    weight: 10,
    run: async (c) => {
      await c.transaction(async () => {
        const due = await c.sql(
          `select id, journey_id from journey_events where executed_at is null and scheduled_at <= now()
           order by scheduled_at limit 3 for update skip locked`,
        )
        for (const event of due) {
          await c.sql('update journey_events set executed_at = now() where id = $1', [event.id])
          await c.sql(
            `insert into journey_events (journey_id, kind, scheduled_at) values ($1, 'email_sent', now() + random() * interval '1 hour')`,
            [event.journey_id],
          )
          c.added('journey_events')
        }
      })
    },
  },
  {
    name: 'send a mail',
    weight: 6,
    run: async (c) => {
      const { id, supplier_id, email } = c.sample.client()
      const [template] = await c.sql(
        'select id, subject, body from email_templates where supplier_id = $1 and category = $2 limit 1',
        [supplier_id, choose('welcome', 'reminder', 'thank_you')],
      )
      await c.sql(
        `insert into email_logs (supplier_id, template_id, client_id, recipient, subject, status, provider_id)
         values ($1, $2, $3, $4, 'A note about your day', 'sent', gen_random_uuid())`,
        [supplier_id, template?.id ?? null, id, email],
      )
      c.added('email_logs')
    },
  },
  {
    name: 'note an opened mail',
    weight: 6,
    run: async ({ sql, sample }) => {
      await sql(`update email_logs set status = 'opened', opened_at = now() where provider_id = $1`, [
        sample.email(),
      ])
    },
  },
  {
    name: 'export changed responses',
    weight: 1,
    run: async ({ sql }) => {
      await sql(
        `select id, form_id, updated_at from form_responses where updated_at > now() - interval '5 minutes' order by updated_at limit 500`,
      )
    },
  },
  {
    name: 'resolve an error',
    weight: 1,
    run: async ({ sql }) => {
      const service = choose('web', 'api', 'worker', 'mailer')
      const open = await sql(
        'select id, message from error_logs where service = $1 and resolved_at is null order by created_at desc limit 20',
        [service],
      )
      if (open[0]) await sql('update error_logs set resolved_at = now() where id = $1', [open[0].id])
    },
  },
]
