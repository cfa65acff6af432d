import type { TableName } from './sizes.ts'

const primary = (table: string) => `alter table ${table} add primary key (id)`
const foreign = (table: string, column: string, parent: string, onDelete = 'cascade') =>
  `alter table ${table} add foreign key (${column}) references ${parent} (id) on delete ${onDelete}`

/**
 * Keys and indexes of each table, made after its rows are in. Every foreign key has an index, and the
 * workload uses every index: without a fault there is nothing to find.
 */
export const INDEXES: Readonly<Record<TableName, readonly string[]>> = {
  suppliers: [
    primary('suppliers'),
    'alter table suppliers add constraint suppliers_slug_key unique (slug)',
    'alter table suppliers add constraint suppliers_email_key unique (email)',
  ],
  clients: [
    primary('clients'),
    'create index clients_supplier_id_status_idx on clients (supplier_id, status)',
    'create index clients_email_idx on clients (lower(email))',
    'create index clients_wedding_date_idx on clients (wedding_date)',
  ],
  forms: [
    primary('forms'),
    'create index forms_supplier_id_updated_at_idx on forms (supplier_id, updated_at desc)',
  ],
  form_responses: [
    primary('form_responses'),
    'create index form_responses_form_id_submitted_at_idx on form_responses (form_id, submitted_at desc)',
    'create index form_responses_client_id_idx on form_responses (client_id)',
    'create index form_responses_submitted_at_idx on form_responses (submitted_at)',
    'create index form_responses_updated_at_idx on form_responses (updated_at)',
  ],
  journeys: [
    primary('journeys'),
    'create index journeys_supplier_id_status_idx on journeys (supplier_id, status)',
    'create index journeys_client_id_idx on journeys (client_id)',
  ],
  journey_events: [
    primary('journey_events'),
    'create index journey_events_journey_id_created_at_idx on journey_events (journey_id, created_at)',
    'create index journey_events_created_at_idx on journey_events (created_at)',
    'create index journey_events_due_idx on journey_events (scheduled_at) where executed_at is null',
  ],
  email_templates: [
    primary('email_templates'),
    'create index email_templates_supplier_id_category_idx on email_templates (supplier_id, category)',
  ],
  invoices: [
    primary('invoices'),
    'alter table invoices add constraint invoices_supplier_id_number_key unique (supplier_id, number)',
    'create index invoices_client_id_idx on invoices (client_id)',
    `create index invoices_unpaid_idx on invoices (due_on) where status in ('sent', 'overdue')`,
  ],
  api_usage_logs: [
    primary('api_usage_logs'),
    'create index api_usage_logs_supplier_id_created_at_idx on api_usage_logs (supplier_id, created_at desc)',
    'create index api_usage_logs_created_at_idx on api_usage_logs (created_at)',
    'create index api_usage_logs_request_id_idx on api_usage_logs (request_id)',
  ],
  error_logs: [
    primary('error_logs'),
    'create index error_logs_supplier_id_created_at_idx on error_logs (supplier_id, created_at desc)',
    'create index error_logs_created_at_idx on error_logs (created_at)',
    'create index error_logs_unresolved_idx on error_logs (service, created_at desc) where resolved_at is null',
  ],
  activity_logs: [
    primary('activity_logs'),
    'create index activity_logs_supplier_id_created_at_idx on activity_logs (supplier_id, created_at desc)',
    'create index activity_logs_created_at_idx on activity_logs (created_at)',
    'create index activity_logs_entity_id_created_at_idx on activity_logs (entity_id, created_at desc)',
  ],
  email_logs: [
    primary('email_logs'),
    'create index email_logs_supplier_id_created_at_idx on email_logs (supplier_id, created_at desc)',
    'create index email_logs_template_id_idx on email_logs (template_id)',
    'create index email_logs_client_id_idx on email_logs (client_id)',
    'create index email_logs_created_at_idx on email_logs (created_at)',
    'create index email_logs_provider_id_idx on email_logs (provider_id)',
  ],
}

export const FOREIGN_KEYS: readonly string[] = [
  foreign('clients', 'supplier_id', 'suppliers'),
  foreign('forms', 'supplier_id', 'suppliers'),
  foreign('form_responses', 'form_id', 'forms'),
  foreign('form_responses', 'client_id', 'clients', 'set null'),
  foreign('journeys', 'supplier_id', 'suppliers'),
  foreign('journeys', 'client_id', 'clients', 'set null'),
  foreign('journey_events', 'journey_id', 'journeys'),
  foreign('email_templates', 'supplier_id', 'suppliers'),
  foreign('invoices', 'supplier_id', 'suppliers'),
  foreign('invoices', 'client_id', 'clients'),
  foreign('api_usage_logs', 'supplier_id', 'suppliers'),
  foreign('error_logs', 'supplier_id', 'suppliers', 'set null'),
  foreign('activity_logs', 'supplier_id', 'suppliers'),
  foreign('email_logs', 'supplier_id', 'suppliers'),
  foreign('email_logs', 'template_id', 'email_templates', 'set null'),
  foreign('email_logs', 'client_id', 'clients', 'set null'),
]
