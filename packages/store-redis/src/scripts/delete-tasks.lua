-- Deletes finished tasks that match, oldest first, as far as a bounded search goes.
--
-- KEYS[3] index of the table, by uid
-- KEYS[4] hash: counts by status, type and index
-- KEYS[5] hash: counts by two of them
-- KEYS[6..] sets of the tasks that some of the conditions name, family by family; or, where the uids are known, rows
-- ARGV[6] uid to begin from, empty for the oldest
-- ARGV[7] how many at most
-- ARGV[8] conditions (includes/conditions.lua); among them that the task has finished
-- ARGV[9] JSON list: how many sets each family has; empty where KEYS[6..] are rows
-- Derived: the rows, `{prefix}:tasks:<uid>`, and their indexes (includes/tasks.lua)
-- Answers: deleted, with the uid to go on from (empty at the end) and how many
--
-- @alone
-- @include write
-- @include search
-- @include tasks

return write(function(now)
  local wanted, doomed = tonumber(ARGV[7]), {}
  local next_uid = ''
  local function doom(_, key)
    doomed[#doomed + 1] = key
    return #doomed == wanted
  end
  if ARGV[9] == '' then
    local matches = row_test(ARGV[8], now)
    for i = 6, #KEYS do
      if matches(KEYS[i]) and doom(nil, KEYS[i]) then
        break
      end
    end
  else
    next_uid = search(KEYS[3], chosen_sets(ARGV[9], 6), ARGV[6], true, wanted, ARGV[8], now, doom)
  end
  for _, key in ipairs(doomed) do
    delete_task(read_row(key), { kinds = KEYS[4], pairs = KEYS[5] })
  end
  return { 'deleted', next_uid, #doomed }
end)
