-- Creates a task with the next uid.
--
-- KEYS[3] index of the table, by uid
-- KEYS[4] hash: counts by status, type and index
-- KEYS[5] hash: counts by two of them
-- KEYS[6] row of the counter
-- KEYS[7] index of the counters
-- ARGV[6] highest uid
-- ARGV[7] status
-- ARGV[8..] columns and values
-- Derived: the row, `{prefix}:tasks:<uid>`, and its indexes (includes/tasks.lua)
-- Answers: row, capacity_exceeded
--
-- @include write
-- @include counters
-- @include tasks

return write(function(now)
  local status = ARGV[7]
  if tonumber(redis.call('HGET', KEYS[6], 'next') or 0) > tonumber(ARGV[6]) then
    return { 'capacity_exceeded', 'every uid has been used' }
  end
  local uid = int(next_number(KEYS[6], KEYS[7], 'tasks'))
  local base = base_of(KEYS[3])
  local key = base .. uid
  local task = replace_row(key, {
    uid = uid,
    status = status,
    enqueued_at = now,
    started_at = status ~= 'enqueued' and now,
    finished_at = FINISHED[status] and now or false,
    updated_at = now,
  }, 8)
  redis.call('ZADD', KEYS[3], uid, uid)
  redis.call('ZADD', base .. '_by_type:' .. task.columns.type, uid, uid)
  if task.columns.index_uid then
    redis.call('ZADD', base .. '_by_index_uid:' .. task.columns.index_uid, uid, uid)
  end
  enter_status(task, { kinds = KEYS[4], pairs = KEYS[5] })
  return { 'row', task.flat }
end)
