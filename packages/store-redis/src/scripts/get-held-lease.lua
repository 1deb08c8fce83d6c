-- A lease while it is held.
--
-- KEYS[1] row
-- ARGV[1] now, empty for the server's
-- Answers: row (free, released or expired: no fields)
--
-- @include clock
-- @include rows

local row = read_live_row(KEYS[1], 'expires_at', clock(ARGV[1]))
return { 'row', row and row.columns.holder and all_columns(KEYS[1]) or {} }
