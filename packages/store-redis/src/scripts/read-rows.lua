-- Rows of a table in the order of its index.
--
-- KEYS[1] index of the table
-- ARGV[1] how many come before
-- ARGV[2] how many rows
-- Derived: the rows, `{prefix}:<table>:<key>` of the keys in KEYS[1]
-- Answers: rows, then key and fields of each
--
-- @include rows

local found, first = { 'rows' }, tonumber(ARGV[1])
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], first, first + tonumber(ARGV[2]) - 1)) do
  found[#found + 1] = member
  found[#found + 1] = redis.pcall('HGETALL', base_of(KEYS[1]) .. member)
end
return found
