-- Rows in the order of a number (a task's uid, a job's place), as far as a page and a bounded search go.
--
-- KEYS[1] index of the table, in order
-- KEYS[2..] sets of the rows that some of the conditions name, family by family; without any, KEYS[1] is searched
-- ARGV[1] now, empty for the server's
-- ARGV[2] number to begin from, empty for the start
-- ARGV[3] `up` or `down`
-- ARGV[4] how many rows
-- ARGV[5] conditions (includes/conditions.lua)
-- ARGV[6] JSON list: how many sets each family has
-- Derived: the rows, `{prefix}:<table>:<key>`
-- Answers: rows, with the number to go on from (empty at the end), then key and fields of each row
--
-- @include clock
-- @include search

local found, wanted = { 'rows', '' }, tonumber(ARGV[4])
local sets = chosen_sets(ARGV[6], 2)
found[2] = search(KEYS[1], sets, ARGV[2], ARGV[3] == 'up', wanted, ARGV[5], clock(ARGV[1]), function(member, key)
  found[#found + 1] = member
  found[#found + 1] = redis.pcall('HGETALL', key)
  return #found == 2 * wanted + 2
end)
return found
