-- Sets the primary key of an index that has the expected one. The same one again is no change.
--
-- KEYS[3] row
-- ARGV[6] expected primary key, empty for none
-- ARGV[7] primary key
-- Answers: row, not_found, version_conflict
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  local row = read_row(key)
  if not row then
    return { 'not_found', 'no such index' }
  end
  if row.columns.primary_key ~= ARGV[7] then
    if (row.columns.primary_key or '') ~= ARGV[6] then
      return { 'version_conflict', 'it has another primary key' }
    end
    set_columns(key, { primary_key = ARGV[7], updated_at = now })
    announce(key)
  end
  return { 'row', all_columns(key) }
end)
