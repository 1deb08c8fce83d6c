-- Adds a row where there is none, created and updated now.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- ARGV[6] key in the index
-- ARGV[7] `now` when the index is ordered by creation, else `0`
-- ARGV[8..] columns and values
-- Answers: added, already_exists
--
-- @include write

return write(function(now)
  local row, index = KEYS[3], KEYS[4]
  if redis.call('EXISTS', row) == 1 then
    return { 'already_exists', 'there is one' }
  end
  local added = replace_row(row, { created_at = now, updated_at = now }, 8)
  redis.call('ZADD', index, ARGV[7] == 'now' and int(now) or 0, ARGV[6])
  announce(row)
  return { 'added', added }
end)
