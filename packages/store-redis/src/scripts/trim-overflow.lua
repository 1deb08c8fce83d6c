-- Forgets events of a sink up to a position, oldest first, and a loss that ended by then.
--
-- KEYS[3] row of the sink
-- KEYS[4] index of the events
-- KEYS[5] positions of the sink's events, in order
-- ARGV[6] sink
-- ARGV[7] position
-- ARGV[8] how many at most
-- Derived: the rows of the events, `{prefix}:<table>:<sink>:<position>`
-- Answers: trimmed, with how many
--
-- @alone
-- @include write
-- @include escape

return write(function()
  local sink = read_row(KEYS[3])
  if not sink then
    return { 'trimmed', 0 }
  end
  local count, bytes = number_in(sink, 'events'), number_in(sink, 'bytes')
  local gone = redis.call('ZRANGEBYSCORE', KEYS[5], '-inf', ARGV[7], 'LIMIT', 0, ARGV[8])
  for _, position in ipairs(gone) do
    local member = joined_key(ARGV[6], position)
    local key = base_of(KEYS[4]) .. member
    bytes = bytes - tonumber(redis.call('HGET', key, 'bytes') or 0)
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[4], member)
    redis.call('ZREM', KEYS[5], position)
  end
  local columns = { events = count - #gone, bytes = bytes }
  if sink.columns.lost_to and tonumber(sink.columns.lost_to) <= tonumber(ARGV[7]) then
    columns.lost_from, columns.lost_to = false, false
  end
  set_columns(KEYS[3], columns)
  return { 'trimmed', #gone }
end)
