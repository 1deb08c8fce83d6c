-- How many jobs each state has, and since when the first due one waits.
--
-- KEYS[1] due jobs
-- KEYS[2..] jobs of each state
-- ARGV[1] now, empty for the server's
-- Answers: counts, with how long the first due job has waited (empty for none), then the count of each state
--
-- @include clock
-- @include rows

local now = clock(ARGV[1])
local first = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now), 'WITHSCORES', 'LIMIT', 0, 1)
local counts = { 'counts', first[2] and int(now - tonumber(first[2])) or '' }
for i = 2, #KEYS do
  counts[i + 1] = redis.call('ZCARD', KEYS[i])
end
return counts
