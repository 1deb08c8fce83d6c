-- Adds an index whose uid and physical uid are free.
--
-- KEYS[3] row
-- KEYS[4] index of the table
-- KEYS[5] hash: uid by physical uid
-- ARGV[6] key in the index
-- ARGV[7] uid
-- ARGV[8] physical uid
-- ARGV[9] primary key, empty for NULL
-- Answers: row, already_exists
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  if redis.call('EXISTS', key) == 1 then
    return { 'already_exists', 'the uid is taken' }
  end
  if redis.call('HSETNX', KEYS[5], ARGV[8], ARGV[7]) == 0 then
    return { 'already_exists', 'the physical uid is taken' }
  end
  set_columns(key, {
    uid = ARGV[7],
    physical_uid = ARGV[8],
    primary_key = ARGV[9] ~= '' and ARGV[9],
    next_sequence = 0,
    created_at = now,
    updated_at = now,
  })
  redis.call('ZADD', KEYS[4], 0, ARGV[6])
  announce(key)
  return { 'row', all_columns(key) }
end)
