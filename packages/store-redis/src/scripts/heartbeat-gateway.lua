-- Says that a gateway is alive for a while more.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by deadline
-- KEYS[5] gateways by id
-- ARGV[6] key in the indexes
-- ARGV[7] gateway id
-- ARGV[8] address
-- ARGV[9] for how long, ms
-- Answers: row
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  local row = read_live_row(key, 'expires_at', now)
  local expires_at = int(now + tonumber(ARGV[9]))
  set_columns(key, {
    gateway_id = ARGV[7],
    address = ARGV[8],
    started_at = row and row.columns.started_at or now,
    expires_at = expires_at,
  })
  redis.call('ZADD', KEYS[4], expires_at, ARGV[6])
  redis.call('ZADD', KEYS[5], 0, ARGV[6])
  return { 'row', all_columns(key) }
end)
