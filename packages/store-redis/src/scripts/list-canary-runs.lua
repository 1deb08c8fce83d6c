-- Runs of one canary, newest first.
--
-- KEYS[1] run ids of the canary, in order
-- ARGV[1] canary id
-- ARGV[2] number of the run before, empty for the start
-- ARGV[3] how many rows
-- Derived: the rows, `{prefix}:<table>:<key>` of the run ids
-- Answers: rows, then key and fields of each
--
-- @include rows
-- @include escape

local below = ARGV[2] == '' and '+inf' or '(' .. ARGV[2]
local found = { 'rows' }
for _, run_id in ipairs(redis.call('ZREVRANGEBYSCORE', KEYS[1], below, '-inf', 'LIMIT', 0, ARGV[3])) do
  local member = joined_key(ARGV[1], run_id)
  found[#found + 1] = member
  found[#found + 1] = redis.pcall('HGETALL', base_of(KEYS[1]) .. member)
end
return found
