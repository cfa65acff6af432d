import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Major } from '../src/core/probe.ts'
import type { PlanNode } from '../src/optimizer/plan-node.ts'
import { openShadow, type Shadow } from '../src/shadow/shadow.ts'
import { freshDatabase, type TestDatabase } from './servers.ts'

export interface NoteDatabase extends TestDatabase {
  explain(sql: string): Promise<PlanNode>
}

/** A shadow of the test file's own: opened before its tests, stopped and removed after them. */
export function testShadow(): () => Shadow {
  let home = ''
  let shadow: Shadow | undefined
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'pgtend-shadow-'))
    // The account that servers run as must get in.
    chmodSync(home, 0o755)
    shadow = openShadow({ home })
  })
  afterAll(async () => {
    await shadow?.close()
    rmSync(home, { recursive: true, force: true })
  })
  return () => {
    if (!shadow) throw new Error('the shadow is opened before the tests')
    return shadow
  }
}

const NOTES = `
  CREATE TABLE team (id int PRIMARY KEY, name text);
  CREATE TABLE note (id int PRIMARY KEY, team int NOT NULL REFERENCES team, author text NOT NULL, body text, at timestamptz NOT NULL);
  INSERT INTO team SELECT i, 'Team ' || i FROM generate_series(1, 200) i;
  INSERT INTO note SELECT i, 1 + i % 200, 'a' || i % 40, repeat('x', 100), timestamptz '2025-01-01' + i * interval '1 min' FROM generate_series(1, 20000) i;
  CREATE INDEX note_team ON note (team);
  CREATE VIEW busy AS SELECT team, count(*) AS notes FROM note GROUP BY team;
  VACUUM ANALYZE`

/** Two tables and a view, and the planner's own word on statements. */
export async function noteDatabase(major: Major): Promise<NoteDatabase> {
  const database = await freshDatabase(major)
  for (const statement of NOTES.split(';')) await database.query(statement)
  return {
    ...database,
    async explain(sql) {
      const rows = (await database.query(`EXPLAIN (FORMAT JSON) ${sql}`)) as {
        'QUERY PLAN': { Plan: PlanNode }[]
      }[]
      return rows[0]?.['QUERY PLAN'][0]?.Plan as PlanNode
    },
  }
}
