import type Database from "better-sqlite3";

const START_AT = 1_700_000_000_000;

/**
 * Fills a database with `size` tasks, jobs and sessions each, by SQL: through the store a million would take minutes. Half of the jobs
 * wait, the others are done; sessions are far from their end, so that a sweep has nothing to do.
 */
export function fillSqlite(database: Database.Database, size: number): void {
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${size})`;
  const at = `${START_AT} + n * 1000`;
  database.exec(`
    BEGIN;
    INSERT INTO tasks (uid, index_uid, type, status, node_tasks, details, enqueued_at, started_at, finished_at, updated_at)
      ${numbers} SELECT n, 'index-' || (n % 10), iif(n % 2, 'settingsUpdate', 'documentAdditionOrUpdate'),
        iif(n % 100, 'succeeded', 'failed'), '{"node-1":{"uid":17,"status":"succeeded"}}',
        '{"receivedDocuments":1000,"indexedDocuments":1000}', ${at}, ${at}, ${at}, ${at} FROM numbers;
    INSERT INTO task_counts (status, type, index_uid, count)
      SELECT status, type, index_uid, count(*) FROM tasks GROUP BY status, type, index_uid;
    INSERT INTO jobs (id, seq, type, params, state, run_at, attempts, max_attempts, created_at, updated_at, finished_at)
      ${numbers} SELECT 'job-' || n, n, 'type-' || (n % 3), '{"a":1}', iif(n % 2, 'completed', 'queued'), ${at}, n % 2, 3,
        ${at}, ${at}, iif(n % 2, ${at}, NULL) FROM numbers;
    INSERT INTO counters (name, next) VALUES ('tasks', ${size}), ('jobs', ${size});
    INSERT INTO sessions (session_id, pins, created_at, last_used_at, expires_at)
      ${numbers} SELECT 'session-' || n, '{}', ${at}, ${at}, 4000000000000 + n FROM numbers;
    COMMIT;
  `);
}
