-- Deletes a canary with its runs, of which there are as many as `record` keeps.
--
-- KEYS[3] row
-- KEYS[4] index of the canaries
-- KEYS[5] index of the runs, in order
-- KEYS[6] run ids of this canary, in order
-- KEYS[7] canaries that have runs
-- ARGV[6] key in the index
-- ARGV[7] canary id
-- Derived: the rows of the runs, `{prefix}:<table>:<key>` of the run ids in KEYS[6]
-- Answers: deleted, with 1 or 0
--
-- @alone
-- @include write
-- @include escape

return write(function()
  for _, run_id in ipairs(redis.call('ZRANGE', KEYS[6], 0, -1)) do
    local member = joined_key(ARGV[7], run_id)
    redis.call('DEL', base_of(KEYS[5]) .. member)
    redis.call('ZREM', KEYS[5], member)
  end
  redis.call('DEL', KEYS[6])
  redis.call('ZREM', KEYS[7], ARGV[7])
  redis.call('ZREM', KEYS[4], ARGV[6])
  return { 'deleted', redis.call('DEL', KEYS[3]) }
end)
