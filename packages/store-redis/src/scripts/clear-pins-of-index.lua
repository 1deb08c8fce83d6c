-- Clears the pins of one index. Of sessions past their deadline only the index entry goes, so that each is met once.
--
-- KEYS[3] pins: `<index uid>:<session id>`
-- ARGV[6] what the pins of the index begin with
-- ARGV[7] index uid as JSON
-- ARGV[8] in how many sessions at most
-- Derived: the sessions' rows, `{prefix}:<table>:<session id>`
-- Answers: cleared, with in how many
--
-- @alone
-- @include write
-- @include sessions

return write(function(now)
  local pins, prefix, limit, cleared = KEYS[3], ARGV[6], tonumber(ARGV[8]), 0
  local base = base_of(pins)
  repeat
    local wanted = limit - cleared
    local found = redis.call('ZRANGEBYLEX', pins, '[' .. prefix, '(' .. prefix .. '\255', 'LIMIT', 0, wanted)
    for _, member in ipairs(found) do
      local _, session_id = split_key(member)
      local key = base .. (string.sub(session_id, 1, 1) == '_' and '_' or '') .. session_id
      local row = read_live_row(key, 'expires_at', now)
      local without = row and pins_without(row.columns.pins, ARGV[7])
      if without then
        set_columns(key, { pins = without })
        announce(key)
        cleared = cleared + 1
      end
      redis.call('ZREM', pins, member)
    end
  until #found < wanted or cleared == limit
  return { 'cleared', cleared }
end)
