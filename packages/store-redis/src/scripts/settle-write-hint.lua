-- Takes shards out of those of an index that miss writes on a node; without any left the row goes.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- KEYS[5] the same rows by index uid
-- KEYS[6] the same rows in the order of their keys
-- ARGV[6] key in the index
-- ARGV[7] expected version
-- ARGV[8] shards as JSON, growing
-- Answers: row, without columns where there is none (any more); version_conflict
--
-- @include write
-- @include escape
-- @include hints

return write(function(now)
  local key, member = KEYS[3], ARGV[6]
  local row = read_row(key)
  if not row then
    return { 'row', {} }
  end
  local version = number_in(row, 'version')
  if version ~= tonumber(ARGV[7]) then
    return { 'version_conflict', 'it is in version ' .. int(version) }
  end
  local list = shards_of(row.columns.shards or corrupt(key, 'shards'))
  local _, settled = shards_of(ARGV[8])
  local left = {}
  for _, shard in ipairs(list) do
    if not settled[shard] then
      left[#left + 1] = shard
    end
  end
  if #left == #list then
    return { 'row', row.flat }
  end
  if #left == 0 then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[4], member)
    redis.call('ZREM', KEYS[5], turned_key(member))
    redis.call('ZREM', KEYS[6], ordered_key(member))
  else
    set_columns(key, { shards = shards_json(left), updated_at = now })
  end
  announce(key)
  return { 'row', all_columns(key) }
end)
