-- Gives a reservation up. Without one, or once completed, nothing happens.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by deadline
-- KEYS[5] reservations under way, by creation
-- ARGV[6] key in the indexes
-- ARGV[7] token of the reservation
-- Answers: released, with 1 or 0; not_holder
--
-- @include write

return write(function(now)
  local row = read_live_row(KEYS[3], 'expires_at', now)
  if not row or row.columns.response_status then
    return { 'released', 0 }
  end
  if row.columns.token ~= ARGV[7] then
    return { 'not_holder', 'another holds the key now' }
  end
  redis.call('DEL', KEYS[3])
  redis.call('ZREM', KEYS[4], ARGV[6])
  redis.call('ZREM', KEYS[5], ARGV[6])
  return { 'released', 1 }
end)
