-- Deletes a row; one past its deadline is not there.
--
-- KEYS[3] row
-- KEYS[4..] indexes that hold its key
-- ARGV[6] key in the indexes
-- ARGV[7] column of the deadline, empty for none
-- ARGV[8] column that must have the expected value, empty for none
-- ARGV[9] expected value
-- Answers: deleted, with 1 or 0; version_conflict
--
-- @include write

return write(function(now)
  local row = KEYS[3]
  local found = read_live_row(row, ARGV[7], now)
  if not found then
    return { 'deleted', 0 }
  end
  if ARGV[8] ~= '' and found.columns[ARGV[8]] ~= ARGV[9] then
    return { 'version_conflict', 'it is in another version' }
  end
  redis.call('DEL', row)
  for i = 4, #KEYS do
    redis.call('ZREM', KEYS[i], ARGV[6])
  end
  announce(row)
  return { 'deleted', 1 }
end)
