-- Adds shards to those of an index that miss writes on a node.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- KEYS[5] the same rows by index uid
-- KEYS[6] the same rows in the order of their keys
-- KEYS[7] counter of versions
-- KEYS[8] index of the counters
-- ARGV[6] key in the index
-- ARGV[7] node id
-- ARGV[8] index uid
-- ARGV[9] shards as JSON, growing
-- Answers: row
--
-- @include write
-- @include counters
-- @include escape
-- @include hints

return write(function(now)
  local key, member = KEYS[3], ARGV[6]
  local row = read_row(key)
  local list, set = shards_of(row and (row.columns.shards or corrupt(key, 'shards')) or '[]')
  for _, shard in ipairs((shards_of(ARGV[9]))) do
    if not set[shard] then
      list[#list + 1] = shard
    end
  end
  table.sort(list)
  set_columns(key, {
    node_id = ARGV[7],
    index_uid = ARGV[8],
    shards = shards_json(list),
    version = next_number(KEYS[7], KEYS[8], 'write_hints') + 1,
    noted_at = row and number_in(row, 'noted_at') or now,
    updated_at = now,
  })
  if not row then
    redis.call('ZADD', KEYS[4], 0, member)
    redis.call('ZADD', KEYS[5], 0, turned_key(member))
    redis.call('ZADD', KEYS[6], 0, ordered_key(member))
  end
  announce(key)
  return { 'row', all_columns(key) }
end)
