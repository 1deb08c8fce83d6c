-- How many keys of a set scored by deadline are past now.
--
-- KEYS[1] keys by deadline
-- ARGV[1] now, empty for the server's
-- Answers: count
--
-- @include clock
-- @include rows

return { 'count', redis.call('ZCOUNT', KEYS[1], '(' .. int(clock(ARGV[1])), '+inf') }
