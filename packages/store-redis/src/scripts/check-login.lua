-- The failed log-ins in a row, and what time it is: whether a block has ended is judged by one clock.
--
-- KEYS[1] row
-- ARGV[1] now, empty for the server's
-- Answers: row (absent: no fields), after what time it is
--
-- @include clock
-- @include rows

local now = clock(ARGV[1])
return { 'row', int(now), read_live_row(KEYS[1], 'expires_at', now) and all_columns(KEYS[1]) or {} }
