import type { Request } from '../request.ts'

/** Dashboards of WedSync's own staff: read only. */
export const analytics: readonly Request[] = [
  {
    name: 'API use in the last hour',
    weight: 4,
    run: async ({ sql }) => {
      await sql(
        `select endpoint, count(*), avg(duration_ms), percentile_cont(0.95) within group (order by duration_ms)
         from api_usage_logs where created_at > now() - interval '1 hour' group by endpoint`,
      )
    },
  },
  {
    name: 'activity in the last three hours',
    weight: 3,
    run: async ({ sql }) => {
      await sql(
        `select date_trunc('hour', created_at) as hour, count(*) from activity_logs
         where created_at > now() - interval '3 hours' group by 1 order by 1`,
      )
    },
  },
  {
    name: 'errors of the last day',
    weight: 2,
    run: async ({ sql }) => {
      await sql(
        `select service, level, count(*) from error_logs where created_at > now() - interval '1 day' group by service, level`,
      )
    },
  },
  {
    name: 'mails by template',
    weight: 3,
    run: async ({ sql, sample }) => {
      await sql('select status, count(*) from email_logs where template_id = $1 group by status', [
        sample.template(),
      ])
    },
  },
  {
    name: 'mails of the last hour',
    weight: 2,
    run: async ({ sql }) => {
      await sql(
        `select status, count(*) from email_logs where created_at > now() - interval '1 hour' group by status`,
      )
    },
  },
  {
    name: 'weddings in the next fortnight',
    weight: 2,
    run: async ({ sql }) => {
      await sql(
        'select wedding_date, count(*) from clients where wedding_date between current_date and current_date + 14 group by 1',
      )
    },
  },
  {
    name: 'calls and events of a supplier',
    weight: 2,
    run: async ({ sql, sample }) => {
      await sql(
        'select endpoint, status_code, created_at from api_usage_logs where supplier_id = $1 order by created_at desc limit 50',
        [sample.supplier()],
      )
      await sql('select kind, created_at from journey_events where journey_id = $1 order by created_at', [
        sample.journey(),
      ])
    },
  },
  {
    name: 'overdue invoices',
    weight: 1,
    run: async ({ sql }) => {
      await sql(
        `select currency, sum(total) from invoices where status in ('sent', 'overdue') and due_on < current_date group by currency`,
      )
    },
  },
]
