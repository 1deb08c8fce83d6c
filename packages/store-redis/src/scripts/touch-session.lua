-- Slides the deadline of a session.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by last use
-- KEYS[5] sessions by deadline
-- ARGV[6] key in the indexes
-- ARGV[7] how long the session lives, ms
-- Answers: row (absent: no fields)
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  if not read_live_row(key, 'expires_at', now) then
    return { 'row', {} }
  end
  local expires_at = int(now + tonumber(ARGV[7]))
  set_columns(key, { last_used_at = now, expires_at = expires_at })
  redis.call('ZADD', KEYS[4], int(now), ARGV[6])
  redis.call('ZADD', KEYS[5], expires_at, ARGV[6])
  announce(key)
  return { 'row', all_columns(key) }
end)
