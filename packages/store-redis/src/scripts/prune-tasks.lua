-- Deletes tasks that finished before a time, first finished first.
--
-- KEYS[3] finished tasks by time
-- KEYS[4] hash: counts by status, type and index
-- KEYS[5] hash: counts by two of them
-- ARGV[6] time, ms
-- ARGV[7] how many at most
-- Derived: the rows, `{prefix}:tasks:<uid>` of the uids in KEYS[3], and their indexes (includes/tasks.lua)
-- Answers: deleted, with how many
--
-- @alone
-- @include write
-- @include tasks

return write(function()
  local finished = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[6], 'LIMIT', 0, ARGV[7])
  for _, uid in ipairs(finished) do
    local task = read_row(base_of(KEYS[3]) .. uid)
    if task then
      delete_task(task, { kinds = KEYS[4], pairs = KEYS[5] })
    else
      redis.call('ZREM', KEYS[3], uid)
    end
  end
  return { 'deleted', #finished }
end)
