-- Conditions on the columns of a row, as JSON: a list of [column, "in", [texts]] | [column, "above" | "below", number | "now"] |
-- [column, "set"]. A NULL satisfies none.

-- @returns which columns are read, and a test of their values.
local function compile_conditions(json, now)
  local conditions = cjson.decode(json)
  local columns = {}
  for i, condition in ipairs(conditions) do
    columns[i] = condition[1]
    if condition[2] == 'in' then
      local texts = {}
      for _, text in ipairs(condition[3]) do
        texts[text] = true
      end
      condition[3] = texts
    elseif condition[3] == 'now' then
      condition[3] = now
    end
  end
  return columns,
    function(values)
      for i, condition in ipairs(conditions) do
        local value, operator, bound = values[i], condition[2], condition[3]
        if not value then
          return false
        end
        if operator == 'in' then
          if not bound[value] then
            return false
          end
        elseif operator == 'above' then
          if not ((tonumber(value) or -1) > bound) then
            return false
          end
        elseif operator == 'below' then
          if not ((tonumber(value) or bound) < bound) then
            return false
          end
        end
      end
      return true
    end
end

-- A test of the row with this key. A key that holds no hash fails none: the reader of the list reports it.
local function row_test(json, now)
  local columns, test = compile_conditions(json, now)
  if #columns == 0 then
    return function()
      return true
    end
  end
  return function(key)
    local values = redis.pcall('HMGET', key, unpack(columns))
    return values.err ~= nil or test(values)
  end
end
