-- How many rows match, as far as a bounded search goes.
--
-- KEYS[1] index of the table, in order
-- KEYS[2..] sets of the rows that some of the conditions name, family by family; without any, KEYS[1] is searched
-- ARGV[1] number to begin from, empty for the start
-- ARGV[2] conditions (includes/conditions.lua)
-- ARGV[3] JSON list: how many sets each family has
-- Derived: the rows, `{prefix}:<table>:<key>`
-- Answers: count, with how many and the number to go on from (empty at the end)
--
-- @include search

local COUNTED_AT_ONCE = 5000
local matching = 0
local next_number = search(KEYS[1], chosen_sets(ARGV[3], 2), ARGV[1], true, COUNTED_AT_ONCE, ARGV[2], 0, function()
  matching = matching + 1
end)
return { 'count', matching, next_number }
