-- Deletes rows of a table whose keys have two parts, by one of these.
--
-- KEYS[3] index of the table: `<first>:<second>`
-- KEYS[4] the same rows by their second part: `<second>:<first>`
-- KEYS[5] the same rows in the order of their keys, where the table has that
-- ARGV[6] which part: 1 or 2
-- ARGV[7] what the keys in the index of that part begin with
-- ARGV[8] how many at most
-- Derived: the rows, `{prefix}:<table>:<key>` of the keys in KEYS[3]
-- Answers: deleted, with how many
--
-- @alone
-- @include write
-- @include escape

return write(function()
  local by_second = ARGV[6] == '2'
  local base, prefix = base_of(KEYS[3]), ARGV[7]
  local found = redis.call('ZRANGEBYLEX', by_second and KEYS[4] or KEYS[3], '[' .. prefix, '(' .. prefix .. '\255', 'LIMIT', 0, ARGV[8])
  for _, at in ipairs(found) do
    local member = by_second and turned_key(at) or at
    redis.call('ZREM', KEYS[3], member)
    redis.call('ZREM', KEYS[4], turned_key(member))
    if KEYS[5] then
      redis.call('ZREM', KEYS[5], ordered_key(member))
    end
    redis.call('DEL', base .. member)
    announce(base .. member)
  end
  return { 'deleted', #found }
end)
