-- Sets what some nodes made of a task, leaving the entries of others. A node task that has ended keeps its status.
--
-- KEYS[3] row
-- ARGV[6] JSON object of node tasks: {uid, status} by node id
-- Answers: row, not_found
--
-- @include write
-- @include json-parts
-- @include tasks

return write(function(now)
  local key = KEYS[3]
  local row = read_row(key)
  if not row then
    return { 'not_found', 'no such task' }
  end
  local parts, place = json_parts(row.columns.node_tasks), {}
  for i, part in ipairs(parts) do
    place[json_pair(part)] = i
  end
  for _, news in ipairs(json_parts(ARGV[6])) do
    local node, value = json_pair(news)
    local at = place[node] or #parts + 1
    local ended = false
    if parts[at] then
      local _, before = json_pair(parts[at])
      local task = cjson.decode(before)
      ended = task.uid == cjson.decode(value).uid and FINISHED[task.status]
    end
    if not ended then
      parts[at] = news
      place[node] = at
    end
  end
  set_columns(key, { node_tasks = '{' .. table.concat(parts, ',') .. '}', updated_at = now })
  return { 'row', all_columns(key) }
end)
