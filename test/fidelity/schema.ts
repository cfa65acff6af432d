/** A parcel service: skew, partitions, documents, arrays, enums, ranges, a domain, expression and partial indexes, extended statistics. */
export const SCHEMA = `
CREATE SCHEMA fleet;
CREATE TYPE fleet.region AS ENUM ('north', 'east', 'south', 'west', 'overseas');
CREATE TYPE fleet.state AS ENUM ('new', 'packed', 'moving', 'delivered', 'lost');
CREATE DOMAIN fleet.currency AS text CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE FUNCTION fleet.initials(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(left(t, 2)) $$;

CREATE TABLE fleet.depot (id int PRIMARY KEY, name text NOT NULL, region fleet.region NOT NULL, opened date, spot point);
CREATE TABLE fleet.customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name text, country char(2) NOT NULL, city text NOT NULL, zip text NOT NULL,
  balance numeric(12,2), tags text[] NOT NULL, profile jsonb NOT NULL, created timestamptz NOT NULL, dropped int);
ALTER TABLE fleet.customer DROP COLUMN dropped;
ALTER TABLE fleet.customer ADD COLUMN vip boolean NOT NULL DEFAULT false;
CREATE TABLE fleet.parcel (id bigint PRIMARY KEY, customer int NOT NULL REFERENCES fleet.customer, depot int NOT NULL REFERENCES fleet.depot, state fleet.state NOT NULL,
  weight real NOT NULL, note text, placed timestamptz NOT NULL, code uuid NOT NULL, slot int4range, heavy boolean GENERATED ALWAYS AS (weight > 40) STORED);
CREATE TABLE fleet.scan (parcel bigint NOT NULL, depot int NOT NULL REFERENCES fleet.depot, kind text NOT NULL, at timestamptz NOT NULL, payload jsonb) PARTITION BY RANGE (at);
CREATE TABLE fleet.scan_q1 PARTITION OF fleet.scan FOR VALUES FROM ('2025-01-01') TO ('2025-04-01');
CREATE TABLE fleet.scan_q2 PARTITION OF fleet.scan FOR VALUES FROM ('2025-04-01') TO ('2025-07-01');
CREATE TABLE fleet.scan_q3 PARTITION OF fleet.scan FOR VALUES FROM ('2025-07-01') TO ('2025-10-01');
CREATE TABLE fleet.scan_rest PARTITION OF fleet.scan DEFAULT;
CREATE TABLE fleet.invoice (id int PRIMARY KEY, parcel bigint NOT NULL REFERENCES fleet.parcel, amount numeric(10,2) NOT NULL, currency fleet.currency NOT NULL, paid boolean NOT NULL, due date NOT NULL, memo varchar(60));
CREATE TABLE fleet.log (id bigint, level smallint, at timestamptz, line text);
CREATE TABLE fleet.log_old (CHECK (level < 9)) INHERITS (fleet.log);
`

/** Some 170,000 rows; the shares are far from even, some columns follow the order of the rows. */
export const DATA = `
INSERT INTO fleet.depot SELECT i, 'Depot ' || i, (ARRAY['north','east','south','west','overseas']::fleet.region[])[1 + (i * i) % 5], date '2000-01-01' + i * 37, point(i % 17, i % 23)
  FROM generate_series(1, 200) i;
INSERT INTO fleet.customer (email, name, country, city, zip, balance, tags, profile, created, vip)
  SELECT 'User' || i || '@' || (ARRAY['example.org','mail.test','post.test'])[1 + i % 3], 'Name ' || md5((i % 4000)::text),
    (ARRAY['DE','DE','DE','DE','FR','FR','IT','PL'])[1 + (i * 7) % 8], 'City ' || (i % 120), lpad(((i % 120) * 10 + i % 3)::text, 5, '0'),
    CASE WHEN i % 10 = 0 THEN NULL ELSE (power(random(), 3) * 10000)::numeric(12,2) END,
    ARRAY(SELECT (ARRAY['gold','silver','b2b','news','late','test','web','app'])[1 + floor(power(random(), 2) * 8)::int] FROM generate_series(1, 1 + i % 3)),
    jsonb_build_object('lang', (ARRAY['de','en','fr'])[1 + i % 3], 'plan', CASE WHEN i % 50 = 0 THEN 'pro' ELSE 'free' END, 'n', i % 100),
    timestamptz '2020-01-01' + i * interval '1 hour', i % 97 = 0
  FROM generate_series(1, 20000) i;
INSERT INTO fleet.parcel SELECT i, 1 + floor(power(random(), 2.5) * 19999)::int, 1 + floor(power(random(), 2) * 199)::int,
    (ARRAY['new','packed','moving','delivered','lost']::fleet.state[])[CASE WHEN i > 58000 THEN 1 + i % 3 WHEN i % 200 = 0 THEN 5 ELSE 4 END],
    (random() * random() * 60)::real, CASE WHEN i % 6 = 0 THEN 'note ' || md5(i::text) END, timestamptz '2024-01-01' + i * interval '10 minutes' + random() * interval '1 day',
    md5(i::text)::uuid, CASE WHEN i % 4 > 0 THEN int4range(i % 1000, i % 1000 + 1 + i % 50) END
  FROM generate_series(1, 60000) i;
INSERT INTO fleet.scan SELECT 1 + floor(random() * 59999)::int, 1 + floor(power(random(), 2) * 199)::int, (ARRAY['in','in','in','out','out','check','fault'])[1 + i % 7],
    timestamptz '2025-01-01' + i * interval '7 minutes', CASE WHEN i % 5 = 0 THEN jsonb_build_object('code', i % 40, 'by', 'w' || i % 300) END
  FROM generate_series(1, 60000) i;
INSERT INTO fleet.invoice SELECT i, 1 + (i * 3) % 60000, (random() * 500)::numeric(10,2), (ARRAY['EUR','EUR','EUR','EUR','EUR','PLN','CHF'])[1 + i % 7], i % 40 <> 0,
    date '2024-01-01' + (i / 30), 'memo ' || i % 700 FROM generate_series(1, 30000) i;
INSERT INTO fleet.log SELECT i, i % 10, timestamptz '2025-06-01' + i * interval '1 min', md5(i::text) FROM generate_series(1, 3000) i;
INSERT INTO fleet.log_old SELECT -i, i % 4, timestamptz '2025-01-01' + i * interval '1 min', md5(i::text) FROM generate_series(1, 6000) i;
`

export const INDEXES = `
CREATE INDEX customer_lower_email ON fleet.customer (lower(email));
CREATE INDEX customer_initials ON fleet.customer (fleet.initials(name));
CREATE INDEX customer_tags ON fleet.customer USING gin (tags);
CREATE INDEX customer_profile ON fleet.customer USING gin (profile jsonb_path_ops);
CREATE INDEX customer_city ON fleet.customer (city, zip) INCLUDE (name);
CREATE INDEX parcel_customer ON fleet.parcel (customer, placed DESC);
CREATE INDEX parcel_open ON fleet.parcel (depot) WHERE state <> 'delivered';
CREATE INDEX parcel_placed ON fleet.parcel USING brin (placed) WITH (pages_per_range = 16);
CREATE INDEX parcel_code ON fleet.parcel USING hash (code);
CREATE INDEX parcel_slot ON fleet.parcel USING gist (slot);
CREATE INDEX parcel_note ON fleet.parcel (note text_pattern_ops) WHERE note IS NOT NULL;
CREATE INDEX scan_parcel ON fleet.scan (parcel, at);
CREATE INDEX scan_at ON fleet.scan (at);
CREATE INDEX invoice_parcel ON fleet.invoice (parcel);
CREATE INDEX invoice_due ON fleet.invoice (due) WHERE NOT paid;
CREATE UNIQUE INDEX log_id ON fleet.log (id);
CREATE STATISTICS fleet.customer_place (ndistinct, dependencies, mcv) ON city, zip, country FROM fleet.customer;
CREATE STATISTICS fleet.parcel_flow (ndistinct, dependencies) ON depot, state FROM fleet.parcel;
CREATE MATERIALIZED VIEW fleet.daily AS SELECT date_trunc('day', placed) AS day, depot, count(*) AS parcels, sum(weight) AS weight FROM fleet.parcel GROUP BY 1, 2;
CREATE INDEX daily_day ON fleet.daily (day);
CREATE VIEW fleet.open_parcel AS SELECT p.*, c.email FROM fleet.parcel p JOIN fleet.customer c ON c.id = p.customer WHERE p.state <> 'delivered';
CREATE VIEW fleet.debtor AS SELECT c.id, c.name, sum(i.amount) AS owed FROM fleet.customer c JOIN fleet.parcel p ON p.customer = c.id JOIN fleet.invoice i ON i.parcel = p.id WHERE NOT i.paid GROUP BY c.id;
`
