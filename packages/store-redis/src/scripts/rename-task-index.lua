-- Gives tasks of one index the name of another, lowest uids first.
--
-- KEYS[3] tasks of the index
-- KEYS[4] tasks of the other
-- KEYS[5] hash: counts by status, type and index
-- KEYS[6] hash: counts by two of them
-- ARGV[6] uid that they are below
-- ARGV[7] how many at most
-- ARGV[8] the other's uid
-- Derived: the rows, `{prefix}:tasks:<uid>` of the uids in KEYS[3]
-- Answers: renamed, with how many
--
-- @alone
-- @include write
-- @include tasks

return write(function()
  local base, counts = base_of(KEYS[3]), { kinds = KEYS[5], pairs = KEYS[6] }
  local found = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[6], 'LIMIT', 0, ARGV[7])
  for _, uid in ipairs(found) do
    local key = base .. uid
    local row = redis.call('HMGET', key, 'status', 'type', 'index_uid')
    if row[1] and row[2] then
      local columns = { status = row[1], type = row[2], index_uid = row[3] or nil }
      redis.call('HSET', key, 'index_uid', ARGV[8])
      add_to_counts(counts, columns, -1)
      columns.index_uid = ARGV[8]
      add_to_counts(counts, columns, 1)
      redis.call('ZADD', KEYS[4], uid, uid)
    end
    redis.call('ZREM', KEYS[3], uid)
  end
  return { 'renamed', #found }
end)
