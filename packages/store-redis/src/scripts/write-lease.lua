-- Changes a lease on behalf of its present, live holder: more time, or the state a successor resumes from.
--
-- KEYS[3] row
-- ARGV[6] `renew` or `state`
-- ARGV[7] holder, empty for any
-- ARGV[8] epoch
-- ARGV[9] for how long, ms; or the state as JSON, empty for NULL
-- Answers: row, not_found, not_holder
--
-- @include write

return write(function(now)
  local key = KEYS[3]
  local row = read_row(key)
  if not row then
    return { 'not_found', 'nobody ever held it' }
  end
  local columns = row.columns
  local is_held = columns.holder and number_in(row, 'expires_at') > now
  if not is_held or columns.epoch ~= ARGV[8] or (ARGV[7] ~= '' and columns.holder ~= ARGV[7]) then
    return { 'not_holder', 'the caller does not hold it' }
  end
  if ARGV[6] == 'renew' then
    set_columns(key, { renewed_at = now, expires_at = now + tonumber(ARGV[9]) })
  else
    set_columns(key, { state = ARGV[9] ~= '' and ARGV[9] })
  end
  return { 'row', all_columns(key) }
end)
