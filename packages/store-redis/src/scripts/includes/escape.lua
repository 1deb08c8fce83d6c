-- Keys of two parts, as src/keys.ts makes them: `:` and `%` of the first part are escaped, the last stands as it is, and a key that
-- would begin with `_` begins with two.

local function joined_key(first, last)
  local key = string.gsub(first, '[%%:]', { ['%'] = '%25', [':'] = '%3A' }) .. ':' .. last
  return string.sub(key, 1, 1) == '_' and '_' .. key or key
end

local function split_key(key)
  if string.sub(key, 1, 1) == '_' then
    key = string.sub(key, 2)
  end
  local colon = string.find(key, ':', 1, true)
  local first = string.gsub(string.sub(key, 1, colon - 1), '%%(%x%x)', { ['25'] = '%', ['3A'] = ':' })
  return first, string.sub(key, colon + 1)
end

-- The key with its parts in the other order.
local function turned_key(key)
  local first, last = split_key(key)
  return joined_key(last, first)
end

-- The key as text whose bytes are ordered as its parts are: no part holds a NUL.
local function ordered_key(key)
  local first, last = split_key(key)
  return first .. '\0' .. last
end
