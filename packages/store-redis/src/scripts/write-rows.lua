-- Puts rows of one table as they are, in place of those with the same keys; all or none.
--
-- KEYS[3] index of the table
-- KEYS[4..] rows
-- ARGV[6..] for each row: its key in the index, how many columns it has, and their names and values
-- Derived: the indexes of the table (includes/raw-rows.lua), and the counts of tasks
-- Answers: written; already_exists, with why and which row
--
-- @alone
-- @include write
-- @include raw-rows

local name, base = table_of(KEYS[3]), base_of(KEYS[3])

local function given_rows()
  local rows, at = {}, 6
  for i = 4, #KEYS do
    local row = { key = KEYS[i], member = ARGV[at], columns = {} }
    local count = tonumber(ARGV[at + 1])
    for j = 1, count do
      row.columns[ARGV[at + 2 * j]] = ARGV[at + 2 * j + 1]
    end
    rows[#rows + 1] = row
    at = at + 2 + 2 * count
  end
  return rows
end

-- Whether another row, of the table or of those given, has what only one may have.
local function is_taken(row, own, seen)
  local columns = row.columns
  local hash, value = owned_value(name, columns)
  if value then
    local owner = redis.call('HGET', base .. hash, value)
    if owner and name == 'indexes' then
      owner = string.sub(owner, 1, 1) == '_' and '_' .. owner or owner
    end
    if seen['value ' .. value] or (owner and not own[owner]) then
      return true
    end
    seen['value ' .. value] = true
  end
  if name == 'jobs' then
    local others = redis.call('ZRANGEBYSCORE', KEYS[3], columns.seq, columns.seq, 'LIMIT', 0, 1)
    if seen['seq ' .. columns.seq] or (others[1] and not own[others[1]]) then
      return true
    end
    seen['seq ' .. columns.seq] = true
  end
  return false
end

return write(function()
  local rows, own, seen = given_rows(), {}, {}
  for _, row in ipairs(rows) do
    own[row.member] = true
  end
  for _, row in ipairs(rows) do
    if is_taken(row, own, seen) then
      return { 'already_exists', 'another row has what it has', row.columns.uid or row.columns.id }
    end
  end
  -- All go before any comes: of rows that swap what only one may have, none stands in another's way.
  for _, row in ipairs(rows) do
    forget_row(row.key, row.member)
  end
  for _, row in ipairs(rows) do
    place_row(row.key, row.member, row.columns)
    announce(row.key)
  end
  return { 'written' }
end)
