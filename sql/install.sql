-- Installs the pack by hand: psql -X -1 -f sql/install.sql <url>. Over version 1 with -f sql/upgrade-from-1.sql before it.
-- Where there is no psql, `pgtend sql install --print` prints all of it as one script.
\set ON_ERROR_STOP on
SET LOCAL lock_timeout = '3s';
\ir upgrade-from-1.sql
\ir 010-schema.sql
\ir 020-settings.sql
\ir 030-helpers.sql
\ir 040-sessions.sql
\ir 050-database.sql
\ir 060-replication.sql
\ir 070-tables.sql
\ir 080-index-usage.sql
\ir 090-bloat.sql
\ir 095-bloat-views.sql
\ir 100-statements.sql
\ir 110-check-database-health.sql
\ir 900-privileges.sql
