-- Deletes rows of one table, readable or not.
--
-- KEYS[3] index of the table
-- ARGV[6] how many at most
-- Derived: the rows, `{prefix}:<table>:<key>` of the keys in KEYS[3]; their indexes (includes/raw-rows.lua), and the counts of tasks
-- Answers: deleted, with how many
--
-- @alone
-- @include write
-- @include raw-rows

return write(function()
  local members = redis.call('ZRANGE', KEYS[3], 0, tonumber(ARGV[6]) - 1)
  for _, member in ipairs(members) do
    local key = base_of(KEYS[3]) .. member
    forget_row(key, member)
    announce(key)
  end
  return { 'deleted', #members }
end)
