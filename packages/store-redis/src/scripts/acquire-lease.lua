-- Takes a free, released or expired lease with the next epoch. The holder itself keeps its epoch and gets more time.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- ARGV[6] key in the index
-- ARGV[7] scope
-- ARGV[8] holder
-- ARGV[9] for how long, ms
-- Answers: acquired, with the row; held, with the present holder's
--
-- @include write

return write(function(now)
  local key, holder = KEYS[3], ARGV[8]
  local row = read_row(key)
  local columns = { renewed_at = now, expires_at = now + tonumber(ARGV[9]) }
  local is_held = row and row.columns.holder and number_in(row, 'expires_at') > now
  if is_held and row.columns.holder ~= holder then
    return { 'held', all_columns(key) }
  end
  if not is_held then
    columns.scope = ARGV[7]
    columns.holder = holder
    columns.epoch = row and number_in(row, 'epoch') + 1 or 1
    columns.acquired_at = now
  end
  set_columns(key, columns)
  redis.call('ZADD', KEYS[4], 0, ARGV[6])
  return { 'acquired', all_columns(key) }
end)
