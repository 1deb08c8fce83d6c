-- One row, unless its deadline has passed.
--
-- KEYS[1] row
-- ARGV[1] now, empty for the server's
-- ARGV[2] column of the deadline
-- Answers: row (absent: no fields)
--
-- @include clock
-- @include rows

local row = read_live_row(KEYS[1], ARGV[2], clock(ARGV[1]))
return { 'row', row and row.flat or {} }
