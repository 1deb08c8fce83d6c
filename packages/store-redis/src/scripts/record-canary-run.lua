-- Records a run of a canary that ended now, and keeps the newest of its runs. The same run again changes nothing.
--
-- KEYS[3] row of the canary
-- KEYS[4] row of the run
-- KEYS[5] index of the runs, in order
-- KEYS[6] run ids of this canary, in order
-- KEYS[7] canaries that have runs
-- KEYS[8] row of the counter
-- KEYS[9] index of the counters
-- ARGV[6] key of the run in the index
-- ARGV[7] canary id
-- ARGV[8] run id
-- ARGV[9] how many runs are kept
-- ARGV[10..] columns and values
-- Derived: the rows of the runs that go, `{prefix}:<table>:<key>` of the run ids in KEYS[6]
-- Answers: row, not_found
--
-- @alone
-- @include write
-- @include counters
-- @include escape

return write(function(now)
  local key = KEYS[4]
  if redis.call('EXISTS', KEYS[3]) == 0 then
    return { 'not_found', 'no such canary' }
  end
  if redis.call('EXISTS', key) == 1 then
    return { 'row', all_columns(key) }
  end
  local seq = int(next_number(KEYS[8], KEYS[9], 'canary_runs'))
  replace_row(key, { seq = seq, ran_at = now }, 10)
  redis.call('ZADD', KEYS[5], seq, ARGV[6])
  redis.call('ZADD', KEYS[6], seq, ARGV[8])
  redis.call('ZADD', KEYS[7], 0, ARGV[7])
  local row = all_columns(key)
  for _, run_id in ipairs(redis.call('ZRANGE', KEYS[6], 0, -1 - tonumber(ARGV[9]))) do
    local member = joined_key(ARGV[7], run_id)
    redis.call('DEL', base_of(KEYS[5]) .. member)
    redis.call('ZREM', KEYS[5], member)
    redis.call('ZREM', KEYS[6], run_id)
  end
  return { 'row', row }
end)
