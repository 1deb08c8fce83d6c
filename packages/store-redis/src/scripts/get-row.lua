-- One row, unless its deadline has passed.
--
-- KEYS[1] row
-- ARGV[1] now, empty for the server's
-- ARGV[2] column of the deadline
-- Answers: row (absent: no fields)
--
-- @include clock
-- @include rows

local row = all_columns(KEYS[1])
if #row > 0 then
  if not read_live_row(KEYS[1], ARGV[2], clock(ARGV[1])) then
    row = {}
  end
end
return { 'row', row }
