import type { IndexKey, IndexSpec } from '../../src/optimizer/planner.ts'

type More = Partial<Pick<IndexSpec, 'method' | 'include' | 'predicate' | 'unique'>>

const index = (table: string, keys: readonly (string | IndexKey)[], more: More = {}): IndexSpec => ({
  ...{ schema: 'fleet', table, method: 'btree', include: [] },
  keys: keys.map((k) => (typeof k === 'string' ? { column: k } : k)),
  ...more,
})

/** Indexes that nobody has built, each with statements that it may serve. */
export const CANDIDATES: readonly (readonly [IndexSpec, readonly string[]])[] = [
  [
    index('parcel', ['depot', 'state']),
    [
      `SELECT * FROM fleet.parcel WHERE depot = 17 AND state = 'moving'`,
      'SELECT count(*) FROM fleet.parcel WHERE depot = 17',
      `SELECT depot, count(*) FROM fleet.parcel WHERE state = 'new' GROUP BY depot`,
    ],
  ],
  [
    index('parcel', ['placed']),
    [
      'SELECT * FROM fleet.parcel ORDER BY placed DESC LIMIT 20',
      `SELECT * FROM fleet.parcel WHERE placed BETWEEN '2024-03-01' AND '2024-03-02'`,
    ],
  ],
  [
    index('parcel', ['state', { column: 'placed', descending: true }]),
    [
      `SELECT * FROM fleet.parcel WHERE state = 'lost' ORDER BY placed DESC LIMIT 10`,
      `SELECT * FROM fleet.parcel WHERE state = 'packed' AND placed > '2024-12-01'`,
    ],
  ],
  [
    index('parcel', ['weight']),
    ['SELECT * FROM fleet.parcel WHERE weight > 58', 'SELECT max(weight) FROM fleet.parcel'],
  ],
  [
    index('parcel', ['depot', 'weight'], { include: ['customer'] }),
    [
      'SELECT customer, weight FROM fleet.parcel WHERE depot = 150 ORDER BY weight LIMIT 5',
      'SELECT sum(customer) FROM fleet.parcel WHERE depot = 150',
    ],
  ],
  [
    index('parcel', ['customer'], { predicate: `state = 'lost'::fleet.state` }),
    [
      `SELECT * FROM fleet.parcel WHERE state = 'lost' AND customer < 500`,
      `SELECT count(*) FROM fleet.parcel WHERE state = 'lost'`,
    ],
  ],
  [index('parcel', ['heavy']), ['SELECT count(*) FROM fleet.parcel WHERE heavy']],
  [
    index('parcel', ['code', 'id']),
    [`SELECT id FROM fleet.parcel WHERE code = '00000000-0000-0000-0000-000000000001'`],
  ],
  [
    index('parcel', ['note']),
    [
      `SELECT * FROM fleet.parcel WHERE note = 'note 1'`,
      'SELECT count(*) FROM fleet.parcel WHERE note IS NOT NULL',
      "SELECT * FROM fleet.parcel WHERE note > 'note f'",
    ],
  ],
  [
    index('customer', ['country', 'city', 'balance']),
    [
      `SELECT * FROM fleet.customer WHERE country = 'PL' AND city = 'City 7' ORDER BY balance DESC LIMIT 3`,
      `SELECT city, sum(balance) FROM fleet.customer WHERE country = 'IT' GROUP BY city`,
    ],
  ],
  [
    index('customer', ['balance']),
    [
      'SELECT * FROM fleet.customer WHERE balance > 9900',
      'SELECT * FROM fleet.customer ORDER BY balance LIMIT 5',
      'SELECT count(*) FROM fleet.customer WHERE balance IS NULL',
    ],
  ],
  [
    index('customer', [{ column: 'created', descending: true }]),
    [
      'SELECT id, created FROM fleet.customer ORDER BY created DESC LIMIT 30',
      `SELECT count(*) FROM fleet.customer WHERE created > '2022-01-01'`,
    ],
  ],
  [
    index('customer', ['name']),
    [`SELECT * FROM fleet.customer WHERE name = 'Name 9bf31c7ff062936a96d3c8bd1f8f2ff3'`],
  ],
  [
    index('customer', [{ column: 'email', opclass: 'text_pattern_ops' }]),
    [`SELECT * FROM fleet.customer WHERE email LIKE 'User777%'`],
  ],
  [
    index('customer', [{ expression: "profile->>'plan'" }]),
    [`SELECT * FROM fleet.customer WHERE profile->>'plan' = 'pro'`],
  ],
  [index('customer', ['vip'], { predicate: 'vip' }), ['SELECT id FROM fleet.customer WHERE vip']],
  [
    index('customer', ['profile'], { method: 'gin' }),
    [`SELECT * FROM fleet.customer WHERE profile @> '{"plan": "pro"}'`],
  ],
  [index('customer', ['zip'], { method: 'hash' }), [`SELECT * FROM fleet.customer WHERE zip = '00101'`]],
  [
    index('customer', ['zip', 'country'], { unique: false }),
    [
      `SELECT * FROM fleet.customer WHERE zip = '00101'`,
      `SELECT DISTINCT zip FROM fleet.customer WHERE country = 'FR'`,
    ],
  ],
  [
    index('scan', ['depot', 'at']),
    [
      'SELECT * FROM fleet.scan WHERE depot = 33 ORDER BY at DESC LIMIT 10',
      `SELECT count(*) FROM fleet.scan WHERE depot = 33 AND at > '2025-05-01' AND at < '2025-05-20'`,
      `SELECT d.name, s.at FROM fleet.depot d JOIN fleet.scan s ON s.depot = d.id WHERE d.name = 'Depot 77'`,
    ],
  ],
  [
    index('scan', ['kind'], { predicate: `kind = 'fault'` }),
    [`SELECT * FROM fleet.scan WHERE kind = 'fault' AND depot = 9`],
  ],
  [
    index('scan_q2', ['at'], { method: 'brin' }),
    [`SELECT count(*) FROM fleet.scan_q2 WHERE at < '2025-04-10'`],
  ],
  [
    index('invoice', ['due', 'amount']),
    [
      `SELECT * FROM fleet.invoice WHERE due = '2025-01-11'`,
      `SELECT sum(amount) FROM fleet.invoice WHERE due BETWEEN '2025-01-01' AND '2025-01-31'`,
    ],
  ],
  [
    index('invoice', ['currency', 'paid']),
    [`SELECT * FROM fleet.invoice WHERE currency = 'CHF' AND NOT paid`],
  ],
  [index('invoice', ['memo']), [`SELECT * FROM fleet.invoice WHERE memo = 'memo 17'`]],
  [
    index('invoice', ['amount'], { include: ['parcel'] }),
    [
      'SELECT p.state, i.amount FROM fleet.invoice i JOIN fleet.parcel p ON p.id = i.parcel WHERE i.amount > 499',
    ],
  ],
  [index('daily', ['depot', 'day']), [`SELECT * FROM fleet.daily WHERE depot = 5 ORDER BY day DESC LIMIT 7`]],
  [
    index('customer', ['city', 'balance']),
    [
      `SELECT * FROM fleet.customer WHERE city = 'City 4' AND balance > 5000`,
      `SELECT * FROM fleet.customer WHERE city IN ('City 4', 'City 5') ORDER BY balance LIMIT 10`,
      `SELECT c.id, p.id FROM fleet.customer c JOIN fleet.parcel p ON p.customer = c.id WHERE c.city = 'City 9' AND c.balance < 3`,
    ],
  ],
  [
    index('parcel', ['customer', 'state']),
    [
      `SELECT * FROM fleet.parcel WHERE customer = 1200 AND state = 'new'`,
      `SELECT customer, count(*) FROM fleet.parcel WHERE customer < 900 GROUP BY customer`,
      `SELECT * FROM fleet.customer c WHERE NOT EXISTS (SELECT FROM fleet.parcel p WHERE p.customer = c.id AND p.state = 'delivered')`,
    ],
  ],
  [
    index('parcel', ['depot', { column: 'id', descending: true }]),
    [
      'SELECT id FROM fleet.parcel WHERE depot = 3 ORDER BY id DESC LIMIT 1',
      'SELECT d.id, (SELECT max(p.id) FROM fleet.parcel p WHERE p.depot = d.id) FROM fleet.depot d',
    ],
  ],
  [
    index('scan', ['parcel', 'kind']),
    [
      `SELECT * FROM fleet.scan WHERE parcel = 4711 AND kind = 'out'`,
      `SELECT p.id FROM fleet.parcel p WHERE p.id < 40 AND EXISTS (SELECT FROM fleet.scan s WHERE s.parcel = p.id AND s.kind = 'check')`,
    ],
  ],
  [
    index('invoice', ['parcel'], { predicate: 'NOT paid', include: ['amount'] }),
    [
      'SELECT parcel, amount FROM fleet.invoice WHERE NOT paid AND parcel < 5000',
      'SELECT sum(i.amount) FROM fleet.parcel p JOIN fleet.invoice i ON i.parcel = p.id WHERE NOT i.paid AND p.customer = 77',
    ],
  ],
  [index('log', ['at']), [`SELECT * FROM fleet.log WHERE at > '2025-06-02 23:00'`]],
]
