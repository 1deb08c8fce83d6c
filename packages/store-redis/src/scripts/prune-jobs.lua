-- Deletes jobs that finished before a time, first finished first.
--
-- KEYS[3] finished jobs by time
-- ARGV[6] time, ms
-- ARGV[7] how many at most
-- Derived: the rows, `{prefix}:jobs:<key>` of the keys in KEYS[3], and the jobs' indexes (includes/jobs.lua)
-- Answers: deleted, with how many
--
-- @alone
-- @include write
-- @include jobs

return write(function()
  local base = base_of(KEYS[3])
  local finished = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[6], 'LIMIT', 0, ARGV[7])
  for _, member in ipairs(finished) do
    local job = read_row(base .. member)
    if job then
      leave_state(base, member, job.columns)
      redis.call('ZREM', base .. '_by_type:' .. job.columns.type, member)
      if job.columns.parent_id then
        redis.call('ZREM', base .. '_by_parent:' .. job.columns.parent_id, member)
      end
      redis.call('DEL', job.key)
    end
    redis.call('ZREM', base .. '_index', member)
    redis.call('ZREM', KEYS[3], member)
  end
  return { 'deleted', #finished }
end)
