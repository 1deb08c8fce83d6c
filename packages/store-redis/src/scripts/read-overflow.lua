-- Events that wait for a sink, after a position, in order.
--
-- KEYS[1] positions of the sink's events, in order
-- ARGV[1] sink
-- ARGV[2] position
-- ARGV[3] how many
-- Derived: the rows of the events, `{prefix}:<table>:<sink>:<position>`
-- Answers: rows, then key and fields of each
--
-- @include rows
-- @include escape

local found = { 'rows' }
for _, position in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf', 'LIMIT', 0, ARGV[3])) do
  local member = joined_key(ARGV[1], position)
  found[#found + 1] = member
  found[#found + 1] = redis.pcall('HGETALL', base_of(KEYS[1]) .. member)
end
return found
