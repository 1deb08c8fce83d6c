-- Keeps the answer of a write whose idempotency key the caller reserved. Completed again, nothing changes.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by deadline
-- KEYS[5] entries with an answer, by creation
-- KEYS[6] reservations under way, by creation
-- ARGV[6] key in the indexes
-- ARGV[7] token of the reservation
-- ARGV[8] task uid, empty for none
-- ARGV[9] HTTP status
-- ARGV[10] body
-- Answers: completed, not_found, not_holder
--
-- @include write

return write(function(now)
  local key, member = KEYS[3], ARGV[6]
  local row = read_live_row(key, 'expires_at', now)
  if not row then
    return { 'not_found', 'the reservation has ended' }
  end
  if row.columns.token ~= ARGV[7] then
    return { 'not_holder', 'another holds the key now' }
  end
  if not row.columns.response_status then
    local expires_at = int(now + number_in(row, 'ttl_ms'))
    set_columns(key, {
      task_uid = ARGV[8] ~= '' and ARGV[8],
      response_status = ARGV[9],
      response_body = ARGV[10],
      expires_at = expires_at,
    })
    redis.call('ZADD', KEYS[4], expires_at, member)
    redis.call('ZADD', KEYS[5], row.columns.created_at, member)
    redis.call('ZREM', KEYS[6], member)
  end
  return { 'completed' }
end)
