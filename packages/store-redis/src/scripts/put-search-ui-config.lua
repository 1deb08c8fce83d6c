-- Adds or replaces the configuration of a search page. `updated_at` grows with every put, even where the clock stands still.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- ARGV[6] key in the index
-- ARGV[7] index uid
-- ARGV[8] configuration as JSON
-- ARGV[9] expected `updated_at`, empty for any
-- Answers: row, version_conflict
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  local row = read_row(key)
  local before = row and number_in(row, 'updated_at')
  if ARGV[9] ~= '' and before ~= tonumber(ARGV[9]) then
    return { 'version_conflict', 'it was changed since' }
  end
  local updated_at = math.max(now, (before or 0) + 1)
  set_columns(key, { index_uid = ARGV[7], config_json = ARGV[8], updated_at = updated_at })
  redis.call('ZADD', KEYS[4], 0, ARGV[6])
  return { 'row', all_columns(key) }
end)
