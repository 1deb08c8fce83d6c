-- JSON cut into the texts of its members, never decoded: cjson would lose digits past the 14th and turn [] into {}.

-- Where the value that begins at `from` ends.
local function value_end(text, from)
  local depth, at = 0, from
  while true do
    local found, _, character = string.find(text, '(["%[%]{},])', at)
    if not found then
      return #text
    end
    if character == '"' then
      local quote = found + 1
      while true do
        quote = string.find(text, '["\\]', quote)
        if string.sub(text, quote, quote) == '"' then
          break
        end
        quote = quote + 2
      end
      at = quote + 1
    elseif character == '[' or character == '{' then
      depth = depth + 1
      at = found + 1
    elseif character == ',' then
      if depth == 0 then
        return found - 1
      end
      at = found + 1
    else
      if depth == 0 then
        return found - 1
      end
      depth = depth - 1
      at = found + 1
    end
  end
end

-- The texts of an array's items, or of an object's `"key":value` pairs, as JSON.stringify wrote them (without white space).
local function json_parts(text)
  local parts, from, last = {}, 2, #text - 1
  while from <= last do
    local to = value_end(text, from)
    parts[#parts + 1] = string.sub(text, from, to)
    from = to + 2
  end
  return parts
end

-- The key (still as JSON) and the value of an object's pair.
local function json_pair(part)
  local quote = 2
  while true do
    quote = string.find(part, '["\\]', quote)
    if string.sub(part, quote, quote) == '"' then
      break
    end
    quote = quote + 2
  end
  return string.sub(part, 1, quote), string.sub(part, quote + 2)
end
