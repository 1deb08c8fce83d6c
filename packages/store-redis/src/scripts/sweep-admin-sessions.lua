-- Deletes operators' log-ins past their deadline, the longest past first.
--
-- KEYS[3] log-ins by deadline
-- KEYS[4] index of the table, by creation
-- KEYS[5] log-ins not revoked: `<admin key hash>:<session id hash>`
-- ARGV[6] how many at most
-- Derived: the rows, `{prefix}:<table>:<key>` of the keys in KEYS[3]
-- Answers: swept, with how many
--
-- @alone
-- @include write

return write(function(now)
  local expired = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', int(now), 'LIMIT', 0, ARGV[6])
  for _, member in ipairs(expired) do
    local key = base_of(KEYS[3]) .. member
    local admin_key = redis.call('HGET', key, 'admin_key_hash')
    if admin_key then
      redis.call('ZREM', KEYS[5], admin_key .. ':' .. member)
    end
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[3], member)
    redis.call('ZREM', KEYS[4], member)
  end
  return { 'swept', #expired }
end)
