-- How many tasks match a filter by status, type and index alone: costs by the filter, or by the kinds of tasks, not by the tasks.

-- @param filter the values by column, `status`, `type` and `index`; an absent column is not filtered
-- @param sets the sets of the values, where the filter has one column only
-- @param all the index of the table; `counts`: { kinds, pairs }, see includes/tasks.lua
local function count_tasks(filter, sets, all, counts)
  local names, lists, product = {}, {}, 1
  for _, name in ipairs({ 'status', 'type', 'index' }) do
    if filter[name] then
      names[#names + 1] = name
      lists[#lists + 1] = filter[name]
      product = product * #filter[name]
    end
  end

  if #names == 0 then
    return redis.call('ZCARD', all)
  end
  if #names == 1 then
    local sum = 0
    for _, set in ipairs(sets) do
      sum = sum + redis.call('ZCARD', set)
    end
    return sum
  end

  local key = #names == 3 and counts.kinds or counts.pairs
  local head = #names == 3 and '' or table.concat(names, ',') .. '\0'

  -- One field for each combination of values.
  local function sum_of_fields()
    local fields = { '' }
    for _, list in ipairs(lists) do
      local longer = {}
      for _, field in ipairs(fields) do
        for _, value in ipairs(list) do
          longer[#longer + 1] = (field == '' and head or field .. '\0') .. value
        end
      end
      fields = longer
    end
    local sum = 0
    for _, field in ipairs(fields) do
      sum = sum + tonumber(redis.call('HGET', key, field) or 0)
    end
    return sum
  end

  -- All fields, where they are fewer than the combinations.
  local function sum_of_matching()
    local wanted = {}
    for i, list in ipairs(lists) do
      wanted[i] = {}
      for _, value in ipairs(list) do
        wanted[i][value] = true
      end
    end
    local counts, sum = redis.call('HGETALL', key), 0
    for i = 1, #counts, 2 do
      local field = counts[i]
      if string.sub(field, 1, #head) == head then
        local place, matches = 0, true
        for value in string.gmatch(string.sub(field, #head + 1) .. '\0', '(%Z*)%z') do
          place = place + 1
          matches = matches and wanted[place] and wanted[place][value]
        end
        if matches then
          sum = sum + tonumber(counts[i + 1])
        end
      end
    end
    return sum
  end

  if product > redis.call('HLEN', key) then
    return sum_of_matching()
  end
  return sum_of_fields()
end
