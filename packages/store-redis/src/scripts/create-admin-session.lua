-- Adds an operator's log-in, unless it is there and live.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by creation
-- KEYS[5] log-ins by deadline
-- KEYS[6] log-ins not revoked: `<admin key hash>:<session id hash>`
-- ARGV[6] key in the indexes
-- ARGV[7] key in KEYS[6]
-- ARGV[8] for how long, ms
-- ARGV[9..] columns and values
-- Answers: added, already_exists
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  if read_live_row(key, 'expires_at', now) then
    return { 'already_exists', 'there is such a session' }
  end
  -- One past its deadline may have been opened with another admin key.
  local former = redis.call('HGET', key, 'admin_key_hash')
  if former then
    redis.call('ZREM', KEYS[6], former .. ':' .. ARGV[6])
  end
  local expires_at = int(now + tonumber(ARGV[8]))
  local added = replace_row(key, { created_at = now, expires_at = expires_at, revoked = '0' }, 9)
  redis.call('ZADD', KEYS[4], int(now), ARGV[6])
  redis.call('ZADD', KEYS[5], expires_at, ARGV[6])
  redis.call('ZADD', KEYS[6], 0, ARGV[7])
  return { 'added', added }
end)
