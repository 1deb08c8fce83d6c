-- The swaps of a name whose turn has not come: JSON in a column, oldest first. What cjson loses (numbers past 14 digits, empty lists,
-- the order of keys) does not occur: the list is written here.

local function pending_swaps(columns)
  return columns.pending_swaps and cjson.decode(columns.pending_swaps) or {}
end

-- `false`, for NULL, where there is none.
local function pending_text(swaps)
  local texts = {}
  for i, swap in ipairs(swaps) do
    texts[i] = '{"taskUid":'
      .. int(swap.taskUid)
      .. ',"physicalUid":'
      .. cjson.encode(swap.physicalUid)
      .. ',"primaryKey":'
      .. cjson.encode(swap.primaryKey)
      .. ',"createdAt":'
      .. int(swap.createdAt)
      .. ',"updatedAt":'
      .. int(swap.updatedAt)
      .. '}'
  end
  return #texts > 0 and '[' .. table.concat(texts, ',') .. ']'
end
