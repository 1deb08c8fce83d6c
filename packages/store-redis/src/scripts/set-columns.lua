-- Changes columns of a row that is there, updated now.
--
-- KEYS[3] row
-- ARGV[6] columns that become NULL, separated by commas
-- ARGV[7..] columns and values
-- Answers: row, not_found
--
-- @include write

return write(function(now)
  local row = KEYS[3]
  if redis.call('EXISTS', row) == 0 then
    return { 'not_found', 'there is none' }
  end
  local columns = { updated_at = now }
  for column in string.gmatch(ARGV[6], '[^,]+') do
    columns[column] = false
  end
  for i = 7, #ARGV, 2 do
    columns[ARGV[i]] = ARGV[i + 1]
  end
  set_columns(row, columns)
  announce(row)
  return { 'row', all_columns(row) }
end)
