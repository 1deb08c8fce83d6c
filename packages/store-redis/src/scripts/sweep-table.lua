-- Deletes rows past their deadline, the longest past first.
--
-- KEYS[3] keys by deadline
-- KEYS[4..] the table's other indexes of whole keys
-- ARGV[6] how many at most
-- Derived: the rows, `{prefix}:<table>:<key>` of the keys in KEYS[3]
-- Answers: swept, with how many
--
-- @alone
-- @include write

return write(function(now)
  local expired = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', int(now), 'LIMIT', 0, ARGV[6])
  local base = base_of(KEYS[3])
  for _, member in ipairs(expired) do
    redis.call('DEL', base .. member)
    redis.call('ZREM', KEYS[3], member)
    for i = 4, #KEYS do
      redis.call('ZREM', KEYS[i], member)
    end
  end
  return { 'swept', #expired }
end)
