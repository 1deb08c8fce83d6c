-- Deletes sessions past their deadline, the longest past first.
--
-- KEYS[3] sessions by deadline
-- KEYS[4] index of the table, by last use
-- KEYS[5] pins: `<index uid>:<session id>`
-- ARGV[6] how many at most
-- Derived: the rows, `{prefix}:<table>:<key>` of the keys in KEYS[3]
-- Answers: swept, with how many
--
-- @alone
-- @include write
-- @include sessions

return write(function(now)
  local expired = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', int(now), 'LIMIT', 0, ARGV[6])
  local base, indexes = base_of(KEYS[3]), { all = KEYS[4], deadlines = KEYS[3], pins = KEYS[5] }
  for _, member in ipairs(expired) do
    local row = read_row(base .. member)
    if row then
      drop_session(row, member, indexes)
    else
      redis.call('ZREM', indexes.all, member)
      redis.call('ZREM', indexes.deadlines, member)
    end
  end
  return { 'swept', #expired }
end)
