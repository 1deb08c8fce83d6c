-- Forgets where a session wrote to one index.
--
-- KEYS[3] row
-- KEYS[4] pins: `<index uid>:<session id>`
-- ARGV[6] index uid as JSON
-- Answers: cleared, with 1 or 0
--
-- @include write
-- @include sessions

return write(function(now)
  local key = KEYS[3]
  local row = read_live_row(key, 'expires_at', now)
  local pins = row and pins_without(row.columns.pins, ARGV[6])
  if not pins then
    return { 'cleared', 0 }
  end
  set_columns(key, { pins = pins })
  redis.call('ZREM', KEYS[4], pin_key(ARGV[6], row.columns.session_id))
  announce(key)
  return { 'cleared', 1 }
end)
