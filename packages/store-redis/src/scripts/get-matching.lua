-- Those of some rows that match.
--
-- KEYS[1..] rows
-- ARGV[1] conditions (includes/conditions.lua)
-- Answers: rows, with the place in KEYS and the fields of each
--
-- @include conditions

local found = { 'rows' }
local matches = row_test(ARGV[1], 0)
for i, key in ipairs(KEYS) do
  if matches(key) then
    found[#found + 1] = i
    found[#found + 1] = redis.pcall('HGETALL', key)
  end
end
return found
