-- Moves the cursor of a sink and index: compare and set, forwards only.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- ARGV[6] key in the index
-- ARGV[7] sink
-- ARGV[8] index uid
-- ARGV[9] from, 0 for none yet
-- ARGV[10] to
-- Answers: row, invalid_argument, version_conflict
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  if tonumber(ARGV[10]) <= tonumber(ARGV[9]) then
    return { 'invalid_argument', ARGV[10] .. ' is not beyond ' .. ARGV[9] }
  end
  local row = read_row(key)
  local present = row and number_in(row, 'last_event_seq') or 0
  if present ~= tonumber(ARGV[10]) then
    if present ~= tonumber(ARGV[9]) then
      return { 'version_conflict', 'it is at ' .. int(present) }
    end
    set_columns(key, { sink_name = ARGV[7], index_uid = ARGV[8], last_event_seq = ARGV[10], updated_at = now })
    redis.call('ZADD', KEYS[4], 0, ARGV[6])
  end
  return { 'row', all_columns(key) }
end)
