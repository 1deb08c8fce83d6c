-- Adds a row or replaces it, updated now. A row that says when it was created keeps that.
--
-- KEYS[3] row
-- KEYS[4] index of the table, not ordered
-- ARGV[6] key in the index
-- ARGV[7] `created_at` where the table has that column, else empty
-- ARGV[8..] columns and values
-- Answers: added
--
-- @include write

return write(function(now)
  local row, index = KEYS[3], KEYS[4]
  local columns = { updated_at = now }
  if ARGV[7] ~= '' then
    columns[ARGV[7]] = redis.call('HGET', row, ARGV[7]) or now
  end
  local added = replace_row(row, columns, 8)
  redis.call('ZADD', index, 0, ARGV[6])
  announce(row)
  return { 'added', added }
end)
