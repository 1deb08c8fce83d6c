-- Raises the settings version that a node was verified to hold; a lower or equal one changes nothing.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- KEYS[5] the same rows by node
-- ARGV[6] key in the index
-- ARGV[7] key by node
-- ARGV[8] index uid
-- ARGV[9] node id
-- ARGV[10] version
-- Answers: version, the one stored now
--
-- @include write

return write(function(now)
  local row = KEYS[3]
  local before = read_row(row)
  if before and number_in(before, 'version') >= tonumber(ARGV[10]) then
    return { 'version', before.columns.version }
  end
  set_columns(row, { index_uid = ARGV[8], node_id = ARGV[9], version = ARGV[10], updated_at = now })
  redis.call('ZADD', KEYS[4], 0, ARGV[6])
  redis.call('ZADD', KEYS[5], 0, ARGV[7])
  announce(row)
  return { 'version', ARGV[10] }
end)
