-- Rows of an index ordered by a time, newest first, of the same time by key downwards, as far as a page and a bounded search go.
--
-- KEYS[1] keys of rows by time
-- ARGV[1] now, empty for the server's
-- ARGV[2] time after which the page begins, empty for the start
-- ARGV[3] key after which it begins
-- ARGV[4] how many rows
-- ARGV[5] conditions (includes/conditions.lua)
-- Derived: the rows, `{prefix}:<table>:<key>` of the table that KEYS[1] belongs to
-- Answers: rows, with the key searched last (empty at the end) and its time, then key and fields of each row
--
-- @include clock
-- @include rows
-- @include conditions

local SEARCHED = 1000
local index, wanted = KEYS[1], tonumber(ARGV[4])
local matches = row_test(ARGV[5], clock(ARGV[1]))

-- By bytes: Lua's own `<` follows the server's locale.
local function is_below(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

-- How many keys come before the page: of those of the same time, the ones not below the key. It may be gone, hence the search.
local function page_start()
  if ARGV[2] == '' then
    return 0
  end
  local low = redis.call('ZCOUNT', index, '(' .. ARGV[2], '+inf')
  local high = low + redis.call('ZCOUNT', index, ARGV[2], ARGV[2])
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_below(redis.call('ZREVRANGE', index, middle, middle)[1], ARGV[3]) then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end

local start = page_start()
local fetched = math.max(wanted, SEARCHED)
local found, searched = { 'rows', '', '' }, 0
local members = redis.call('ZREVRANGE', index, start, start + fetched - 1, 'WITHSCORES')
for i = 1, #members, 2 do
  local key = base_of(index) .. members[i]
  searched = searched + 1
  if matches(key) then
    found[#found + 1] = members[i]
    found[#found + 1] = redis.pcall('HGETALL', key)
  end
  if #found == 2 * wanted + 3 or (searched == fetched) then
    found[2], found[3] = members[i], members[i + 1]
    break
  end
end
return found
