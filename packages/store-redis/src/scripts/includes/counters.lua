-- The next number of a counter, from 0; never given again.
local function next_number(row, index, name)
  local next = redis.call('HINCRBY', row, 'next', 1)
  if next == 1 then
    redis.call('HSET', row, 'name', name)
    redis.call('ZADD', index, 0, name)
  end
  return next - 1
end
