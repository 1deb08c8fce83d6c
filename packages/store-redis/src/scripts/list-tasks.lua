-- Tasks by uid and how many match in all; both as far as a page and a bounded search go.
--
-- KEYS[1] index of the table, by uid
-- KEYS[2] hash: counts by status, type and index
-- KEYS[3] hash: counts by two of them
-- KEYS[4..] sets of the tasks that some of the conditions name, family by family; without any, KEYS[1] is searched
-- ARGV[1] uid to begin from, empty for the start
-- ARGV[2] `up` or `down`
-- ARGV[3] how many rows
-- ARGV[4] conditions (includes/conditions.lua)
-- ARGV[5] JSON list: how many sets each family has
-- ARGV[6] JSON object: values by column, where all conditions are of `status`, `type` and `index`; else empty
-- Derived: the rows, `{prefix}:tasks:<uid>`
-- Answers: rows, with how many match in all (empty where they must be counted: count-matching.lua) and the uid to go on from (empty at the
--   end), then key and fields of each row
--
-- @include search
-- @include count-tasks

local found, wanted = { 'rows', '', '' }, tonumber(ARGV[3])
local sets = chosen_sets(ARGV[5], 4)
if ARGV[6] ~= '' then
  found[2] = int(count_tasks(cjson.decode(ARGV[6]), sets, KEYS[1], { kinds = KEYS[2], pairs = KEYS[3] }))
end
found[3] = search(KEYS[1], sets, ARGV[1], ARGV[2] == 'up', wanted, ARGV[4], 0, function(member, key)
  found[#found + 1] = member
  found[#found + 1] = redis.pcall('HGETALL', key)
  return #found == 2 * wanted + 3
end)
return found
