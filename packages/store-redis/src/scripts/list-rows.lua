-- Rows in the byte order of their keys, as far as a page and a bounded search go.
--
-- KEYS[1] keys of rows, all with score 0
-- ARGV[1] now, empty for the server's
-- ARGV[2] what the keys begin with; it is not part of `after`
-- ARGV[3] after which key, empty for the start
-- ARGV[4] how many rows
-- ARGV[5] conditions (includes/conditions.lua)
-- Derived: the rows, `{prefix}:<table>:<key>` of the table that KEYS[1] belongs to
-- Answers: rows, with the key searched last (empty at the end of the list), then key and fields of each row
--
-- @include clock
-- @include rows
-- @include conditions

local SEARCHED = 1000
local prefix, wanted = ARGV[2], tonumber(ARGV[4])
local base = base_of(KEYS[1])
local matches = row_test(ARGV[5], clock(ARGV[1]))
local first = ARGV[3] == '' and '[' .. prefix or '(' .. prefix .. ARGV[3]
local last = prefix == '' and '+' or '(' .. prefix .. '\255'
local fetched = ARGV[5] == '[]' and wanted or math.max(wanted, SEARCHED)

local found, searched = { 'rows', '' }, 0
local members = redis.call('ZRANGEBYLEX', KEYS[1], first, last, 'LIMIT', 0, fetched)
for _, member in ipairs(members) do
  local suffix = string.sub(member, #prefix + 1)
  local key = base .. member
  searched = searched + 1
  if matches(key) then
    found[#found + 1] = suffix
    found[#found + 1] = redis.pcall('HGETALL', key)
  end
  if #found == 2 * wanted + 2 or (searched == fetched and #members == fetched) then
    found[2] = suffix
    break
  end
end
return found
