-- Gives a lease up; its epoch and state stay for the next holder.
--
-- KEYS[3] row
-- ARGV[6] holder
-- ARGV[7] epoch
-- Answers: released, not_found, not_holder
--
-- @include write

return write(function()
  local row = read_row(KEYS[3])
  if not row then
    return { 'not_found', 'nobody ever held it' }
  end
  if row.columns.epoch ~= ARGV[7] or (row.columns.holder and row.columns.holder ~= ARGV[6]) then
    return { 'not_holder', 'the caller does not hold it' }
  end
  set_columns(KEYS[3], { holder = false })
  return { 'released' }
end)
