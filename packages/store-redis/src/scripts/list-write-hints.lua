-- Write hints by node id, then index uid.
--
-- KEYS[1] the rows in the order of their keys: `<node id>NUL<index uid>`
-- ARGV[1] after which, empty for the start
-- ARGV[2] how many
-- Derived: the rows, `{prefix}:<table>:<key>` of the table that KEYS[1] belongs to
-- Answers: rows, then place in KEYS[1] and fields of each
--
-- @include rows
-- @include escape

local found = { 'rows' }
local base = base_of(KEYS[1])
local first = ARGV[1] == '' and '-' or '(' .. ARGV[1]
for _, place in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], first, '+', 'LIMIT', 0, ARGV[2])) do
  local nul = string.find(place, '\0', 1, true)
  found[#found + 1] = place
  found[#found + 1] = redis.pcall('HGETALL', base .. joined_key(string.sub(place, 1, nul - 1), string.sub(place, nul + 1)))
end
return found
