-- Counts one more failed log-in in a row, and blocks after too many of them.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by deadline
-- ARGV[6] key in the index
-- ARGV[7] key
-- ARGV[8] JSON list: how long the 1st, 2nd, … failure blocks, ms; the last stands for all further ones
-- ARGV[9] how long after a block the failures are forgotten, ms
-- Answers: row, after what time it is
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  local row = read_live_row(key, 'expires_at', now)
  local failures = (row and number_in(row, 'failures') or 0) + 1
  local blocks = cjson.decode(ARGV[8])
  local block = blocks[math.min(failures, #blocks)]
  local expires_at = int(now + block + tonumber(ARGV[9]))
  set_columns(key, {
    key = ARGV[7],
    failures = failures,
    blocked_until_at = block > 0 and now + block,
    expires_at = expires_at,
  })
  redis.call('ZADD', KEYS[4], expires_at, ARGV[6])
  return { 'row', int(now), all_columns(key) }
end)
