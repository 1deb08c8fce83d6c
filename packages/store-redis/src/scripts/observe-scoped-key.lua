-- A gateway has seen a generation of a scoped key; never goes back.
--
-- KEYS[3] row of the scoped key
-- KEYS[4] row of the observation
-- KEYS[5] index of the observations, by deadline
-- KEYS[6] observations by key
-- ARGV[6] key of the observation in the indexes
-- ARGV[7] index uid
-- ARGV[8] gateway id
-- ARGV[9] generation
-- ARGV[10] how long it counts, ms
-- Answers: observed, not_found
--
-- @include write

return write(function(now)
  if redis.call('EXISTS', KEYS[3]) == 0 then
    return { 'not_found', 'the index has no scoped key' }
  end
  local key = KEYS[4]
  local row = read_live_row(key, 'expires_at', now)
  local expires_at = int(now + tonumber(ARGV[10]))
  set_columns(key, {
    index_uid = ARGV[7],
    gateway_id = ARGV[8],
    generation = math.max(row and number_in(row, 'generation') or 0, tonumber(ARGV[9])),
    expires_at = expires_at,
  })
  redis.call('ZADD', KEYS[5], expires_at, ARGV[6])
  redis.call('ZADD', KEYS[6], 0, ARGV[6])
  return { 'observed' }
end)
