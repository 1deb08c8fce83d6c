-- Deletes settings versions of one index, or of one node.
--
-- KEYS[3] index of the table: `<index uid>:<node id>`
-- KEYS[4] the same rows by node: `<node id>:<index uid>`
-- ARGV[6] `index` or `node`
-- ARGV[7] what the keys of that index, or by that node, begin with
-- ARGV[8] how many at most
-- Derived: the rows, `{prefix}:<table>:<key>` of the keys in KEYS[3]
-- Answers: deleted, with how many
--
-- @alone
-- @include write
-- @include escape

return write(function()
  local by_node = ARGV[6] == 'node'
  local base, prefix = base_of(KEYS[3]), ARGV[7]
  local found = redis.call('ZRANGEBYLEX', by_node and KEYS[4] or KEYS[3], '[' .. prefix, '(' .. prefix .. '\255', 'LIMIT', 0, ARGV[8])
  for _, member in ipairs(found) do
    local other = turned_key(member)
    local key = base .. (by_node and other or member)
    redis.call('ZREM', KEYS[3], by_node and other or member)
    redis.call('ZREM', KEYS[4], by_node and member or other)
    redis.call('DEL', key)
    announce(key)
  end
  return { 'deleted', #found }
end)
