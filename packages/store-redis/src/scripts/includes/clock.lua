-- The time in ms since the epoch: the server's own, so that gateways with wrong clocks agree; `given` where a test injects one.
local function clock(given)
  if given ~= '' then
    return tonumber(given)
  end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
