-- Uses one of a window, which its first use opens. A refused use is not counted.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by deadline
-- ARGV[6] key in the index
-- ARGV[7] bucket
-- ARGV[8] key
-- ARGV[9] how much may be used
-- ARGV[10] window, ms
-- Answers: consumed, with 1 or 0 for allowed, what is left, and when the window ends
--
-- @include write

return write(function(now)
  local key, limit = KEYS[3], tonumber(ARGV[9])
  local row = read_live_row(key, 'expires_at', now)
  local used = row and number_in(row, 'used') or 0
  local expires_at = row and number_in(row, 'expires_at') or now + tonumber(ARGV[10])
  local allowed = used < limit
  if allowed then
    used = used + 1
    set_columns(key, { bucket = ARGV[7], key = ARGV[8], used = used, expires_at = expires_at })
    redis.call('ZADD', KEYS[4], int(expires_at), ARGV[6])
  end
  return { 'consumed', allowed and 1 or 0, int(math.max(0, limit - used)), int(expires_at) }
end)
