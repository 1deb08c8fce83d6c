-- Makes another API key the current one of an index's search page, and keeps the one before as previous.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- ARGV[6] key in the index
-- ARGV[7] index uid
-- ARGV[8] new uid
-- ARGV[9] expected generation
-- Answers: row, version_conflict, illegal_transition
--
-- @include write

return write(function(now)
  local key, expected = KEYS[3], tonumber(ARGV[9])
  local row = read_row(key)
  local generation = row and number_in(row, 'generation') or 0
  local is_done = row and generation == expected + 1 and row.columns.current_uid == ARGV[8]
  if not is_done then
    if generation ~= expected then
      return { 'version_conflict', 'it is in another generation' }
    end
    if row and row.columns.previous_uid then
      return { 'illegal_transition', 'the previous key is not settled' }
    end
    set_columns(key, {
      index_uid = ARGV[7],
      current_uid = ARGV[8],
      previous_uid = row and row.columns.current_uid or false,
      generation = generation + 1,
      rotated_at = now,
    })
    redis.call('ZADD', KEYS[4], 0, ARGV[6])
  end
  return { 'row', all_columns(key) }
end)
