-- Shards of a write hint: JSON of numbers that grow.

-- @returns them as a list, and as a set.
local function shards_of(json)
  local list, set = {}, {}
  for shard in string.gmatch(json, '%d+') do
    shard = tonumber(shard)
    list[#list + 1], set[shard] = shard, true
  end
  return list, set
end

local function shards_json(list)
  return '[' .. table.concat(list, ',') .. ']'
end
