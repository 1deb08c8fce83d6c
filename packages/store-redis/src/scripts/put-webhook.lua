-- Adds a webhook, or replaces one version of it. `updated_at` grows with every put, even where the clock stands still.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- ARGV[6] key in the index
-- ARGV[7] uuid
-- ARGV[8] url
-- ARGV[9] headers as JSON
-- ARGV[10] expected `updated_at`, empty for none
-- ARGV[11] how many there may be
-- Answers: row, version_conflict, capacity_exceeded
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  local row = read_row(key)
  local before = row and number_in(row, 'updated_at')
  if before ~= tonumber(ARGV[10]) then
    return { 'version_conflict', 'it was changed since' }
  end
  if not row and redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[11]) then
    return { 'capacity_exceeded', 'there are as many as there may be' }
  end
  local updated_at = math.max(now, (before or 0) + 1)
  set_columns(key, { uuid = ARGV[7], url = ARGV[8], headers = ARGV[9], updated_at = updated_at })
  redis.call('ZADD', KEYS[4], 0, ARGV[6])
  return { 'row', all_columns(key) }
end)
