-- Creates a task with the next uid.
--
-- KEYS[3] index of the table, by uid
-- KEYS[4] hash: counts by status, type and index
-- KEYS[5] hash: counts by two of them
-- KEYS[6] row of the counter
-- KEYS[7] index of the counters
-- ARGV[6] highest uid
-- ARGV[7] status
-- ARGV[8] type
-- ARGV[9] index uid, empty for NULL
-- ARGV[10..] columns and values, the last two among them
-- Derived: the row, `{prefix}:tasks:<uid>`, and its indexes (includes/tasks.lua)
-- Answers: added, capacity_exceeded
--
-- @include write
-- @include counters
-- @include tasks

return write(function(now)
  local status, kind, index_uid, time = ARGV[7], ARGV[8], ARGV[9], int(now)
  local number = next_number(KEYS[6], KEYS[7], 'tasks')
  if number > tonumber(ARGV[6]) then
    redis.call('HINCRBY', KEYS[6], 'next', -1)
    return { 'capacity_exceeded', 'every uid has been used' }
  end
  local uid, base = int(number), base_of(KEYS[3])
  local columns = {
    uid = uid,
    status = status,
    enqueued_at = time,
    started_at = status ~= 'enqueued' and time,
    finished_at = FINISHED[status] and time or false,
    updated_at = time,
  }
  local added = replace_row(base .. uid, columns, 10)
  redis.call('ZADD', KEYS[3], uid, uid)
  redis.call('ZADD', base .. '_by_type:' .. kind, uid, uid)
  if index_uid ~= '' then
    redis.call('ZADD', base .. '_by_index_uid:' .. index_uid, uid, uid)
  end
  columns.type, columns.index_uid = kind, index_uid
  enter_status(base, columns, { kinds = KEYS[4], pairs = KEYS[5] })
  return { 'added', added }
end)
