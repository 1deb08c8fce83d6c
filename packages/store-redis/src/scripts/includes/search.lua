-- @include rows
-- @include conditions

-- A bounded search through rows that one or more sets hold in the order of a number: page by page, so that no script runs long.

local SEARCHED = 2000

-- Which sets to search. They are given family by family in KEYS, from `first_key` on; each family covers all rows that can match, so the
-- smallest will do. Without families, the index of the table, KEYS[1].
local function chosen_sets(sizes_json, first_key)
  local best, best_size, at = { KEYS[1] }, nil, first_key
  for _, keys in ipairs(cjson.decode(sizes_json)) do
    local sets, size = {}, 0
    for i = at, at + keys - 1 do
      sets[#sets + 1] = KEYS[i]
      size = size + redis.call('ZCARD', KEYS[i])
    end
    at = at + keys
    if not best_size or size < best_size then
      best, best_size = sets, size
    end
  end
  return best
end

-- The first `count` members with their numbers of the union of sets, from number `from` on (empty for the start).
local function first_of(sets, from, ascending, count)
  local found = {}
  for _, set in ipairs(sets) do
    local part
    if ascending then
      part = redis.call('ZRANGEBYSCORE', set, from == '' and '-inf' or from, '+inf', 'WITHSCORES', 'LIMIT', 0, count)
    else
      part = redis.call('ZREVRANGEBYSCORE', set, from == '' and '+inf' or from, '-inf', 'WITHSCORES', 'LIMIT', 0, count)
    end
    for i = 1, #part, 2 do
      found[#found + 1] = { part[i], tonumber(part[i + 1]) }
    end
  end
  if #sets > 1 then
    table.sort(found, function(a, b)
      if ascending then
        return a[2] < b[2]
      end
      return a[2] > b[2]
    end)
  end
  return found
end

-- Calls `take(member, key)`, of the table that `index` belongs to, for matching rows until it returns true, or the search has gone on for long enough.
-- @returns the number to go on from, empty at the end.
local function search(index, sets, from, ascending, wanted, conditions, now, take)
  local base, matches = base_of(index), row_test(conditions, now)
  local count = conditions == '[]' and wanted or math.max(wanted, math.floor(SEARCHED / math.max(1, #sets)))
  local found = first_of(sets, from, ascending, count)
  for i = 1, math.min(#found, count) do
    local member, number = found[i][1], found[i][2]
    local key = base .. member
    local is_taken = matches(key) and take(member, key)
    if is_taken or (i == count and #found >= count) then
      return int(ascending and number + 1 or number - 1)
    end
  end
  return ''
end
