import { addActivity, choose, ENTITY_HISTORY, ENTITY_SUMMARY, type Request } from '../request.ts'

/** The application that suppliers and couples use. */
export const web: readonly Request[] = [
  {
    name: 'list clients',
    weight: 20,
    run: async ({ sql, sample }) => {
      await sql(
        `select id, partner_one, partner_two, status, wedding_date from clients
         where supplier_id = $1 and status = any ($2::client_status[]) order by updated_at desc limit 25`,
        [sample.supplier(), ['enquiry', 'booked', 'planning']],
      )
    },
  },
  {
    name: 'open a client',
    weight: 15,
    run: async ({ sql, sample }) => {
      const { id } = sample.client()
      await sql('select * from clients where id = $1', [id])
      await sql('select id, form_id, completion, submitted_at from form_responses where client_id = $1', [id])
      await sql('select id, name, status from journeys where client_id = $1', [id])
      await sql('select number, status, total, due_on from invoices where client_id = $1', [id])
      await sql(
        'select subject, status, created_at from email_logs where client_id = $1 order by id desc limit 10',
        [id],
      )
    },
  },
  {
    name: 'search a client by e-mail',
    weight: 6,
    run: async ({ sql, sample }) => {
      await sql('select id, partner_one, partner_two from clients where lower(email) = lower($1)', [
        sample.client().email,
      ])
    },
  },
  {
    name: 'list forms and responses',
    weight: 12,
    run: async ({ sql, sample }) => {
      await sql(
        'select id, title, status from forms where supplier_id = $1 order by updated_at desc limit 20',
        [sample.supplier()],
      )
      await sql(
        'select id, client_id, answers, submitted_at from form_responses where form_id = $1 order by submitted_at desc limit 25',
        [sample.form()],
      )
    },
  },
  {
    name: 'dashboard of a supplier',
    weight: 10,
    run: async ({ sql, sample }) => {
      const supplier = sample.supplier()
      await sql(
        'select action, entity_type, created_at from activity_logs where supplier_id = $1 order by created_at desc limit 30',
        [supplier],
      )
      await sql('select status, count(*) from journeys where supplier_id = $1 group by status', [supplier])
      await sql(
        'select subject, status, created_at from email_logs where supplier_id = $1 order by created_at desc limit 20',
        [supplier],
      )
      await sql(
        'select level, message, created_at from error_logs where supplier_id = $1 order by created_at desc limit 10',
        [supplier],
      )
    },
  },
  {
    name: 'history of a form',
    weight: 6,
    run: async ({ sql, sample }) => {
      const form = sample.quietForm()
      await sql(ENTITY_HISTORY, [form])
      await sql(ENTITY_SUMMARY, [form])
    },
  },
  {
    name: 'change a client',
    weight: 6,
    run: async (c) => {
      const { id, supplier_id } = c.sample.client()
      await c.transaction(async () => {
        const status = choose('enquiry', 'quoted', 'booked', 'planning')
        await c.sql('update clients set status = $2, updated_at = now() where id = $1', [id, status])
        await addActivity(c, 'updated', 'client', id, supplier_id)
      })
    },
  },
  {
    name: 'record a payment',
    weight: 1,
    run: async ({ sql, sample }) => {
      await sql(`update invoices set status = 'paid', paid_at = now(), updated_at = now() where id = $1`, [
        sample.invoice(),
      ])
    },
  },
]
