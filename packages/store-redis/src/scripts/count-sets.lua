-- How many members each of some sorted sets has.
--
-- KEYS[1..] sets
-- Answers: counts, one for each

local counts = { 'counts' }
for i, key in ipairs(KEYS) do
  counts[i + 1] = redis.call('ZCARD', key)
end
return counts
