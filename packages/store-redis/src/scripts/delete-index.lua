-- Deletes an index from the registry.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- KEYS[5] hash: uid by physical uid
-- ARGV[6] key in the index
-- Answers: deleted, with 1 or 0
--
-- @include write

return write(function()
  local row = read_row(KEYS[3])
  if not row then
    return { 'deleted', 0 }
  end
  redis.call('DEL', KEYS[3])
  redis.call('ZREM', KEYS[4], ARGV[6])
  redis.call('HDEL', KEYS[5], row.columns.physical_uid)
  announce(KEYS[3])
  return { 'deleted', 1 }
end)
