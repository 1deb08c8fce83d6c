-- The newest run of each canary that has one, by canary id.
--
-- KEYS[1] canaries that have runs
-- KEYS[2] what the keys of the canaries' run ids begin with
-- ARGV[1] after which canary, empty for the start
-- ARGV[2] how many rows
-- Derived: the run ids of each canary, KEYS[2] and its id; the rows, `{prefix}:<table>:<key>`
-- Answers: rows, then key and fields of each
--
-- @include rows
-- @include escape

local found = { 'rows' }
local first = ARGV[1] == '' and '-' or '(' .. ARGV[1]
for _, canary_id in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], first, '+', 'LIMIT', 0, ARGV[2])) do
  local run_id = redis.call('ZREVRANGE', KEYS[2] .. canary_id, 0, 0)[1]
  if run_id then
    local member = joined_key(canary_id, run_id)
    found[#found + 1] = member
    found[#found + 1] = redis.pcall('HGETALL', base_of(KEYS[1]) .. member)
  end
end
return found
