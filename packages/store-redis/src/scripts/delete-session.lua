-- Deletes a session; one past its deadline is not there.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by last use
-- KEYS[5] sessions by deadline
-- KEYS[6] pins: `<index uid>:<session id>`
-- ARGV[6] key in the indexes
-- Answers: deleted, with 1 or 0
--
-- @include write
-- @include sessions

return write(function(now)
  local row = read_live_row(KEYS[3], 'expires_at', now)
  if not row then
    return { 'deleted', 0 }
  end
  drop_session(row, ARGV[6], { all = KEYS[4], deadlines = KEYS[5], pins = KEYS[6] })
  announce(KEYS[3])
  return { 'deleted', 1 }
end)
