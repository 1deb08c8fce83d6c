-- Adds a job to the queue; where its id is known, or an unfinished job has its dedupe key, answers that one.
--
-- KEYS[3] row
-- KEYS[4] hash: id by dedupe key
-- KEYS[5] row of the counter
-- KEYS[6] index of the counters
-- ARGV[6] dedupe key, empty for none
-- ARGV[7] parent, empty for none
-- ARGV[8] not before, ms; empty for now
-- ARGV[9] type
-- ARGV[10..] columns and values, the type among them
-- Derived: the job's indexes (includes/jobs.lua) and the row of its twin, `{prefix}:jobs:<id>`
-- Answers: added; known, with the row of the same id; twin, with the row of the same dedupe key
--
-- @include write
-- @include counters
-- @include jobs

return write(function(now)
  local key, dedupe_key = KEYS[3], ARGV[6]
  if redis.call('EXISTS', key) == 1 then
    return { 'known', all_columns(key) }
  end
  local base = base_of(key)
  local twin = dedupe_key ~= '' and redis.call('HGET', KEYS[4], dedupe_key)
  if twin then
    return { 'twin', all_columns(base .. twin) }
  end
  local seq, time = int(next_number(KEYS[5], KEYS[6], 'jobs')), int(now)
  local columns = {
    seq = seq,
    state = 'queued',
    attempts = '0',
    run_at = ARGV[8] ~= '' and ARGV[8] or time,
    created_at = time,
    updated_at = time,
  }
  local added = replace_row(key, columns, 10)
  local member = string.sub(key, #base + 1)
  redis.call('ZADD', base .. '_index', seq, member)
  redis.call('ZADD', base .. '_by_type:' .. ARGV[9], seq, member)
  if ARGV[7] ~= '' then
    redis.call('ZADD', base .. '_by_parent:' .. ARGV[7], seq, member)
  end
  if dedupe_key ~= '' then
    redis.call('HSET', KEYS[4], dedupe_key, member)
  end
  columns.type = ARGV[9]
  enter_state(base, member, columns)
  return { 'added', added }
end)
