-- Exchanges what uids stand for, all pairs or none: everything but the uid goes along, except what is pending, which is the names'.
--
-- KEYS[3] index of the table
-- KEYS[4] hash: uid by physical uid
-- KEYS[5..] rows, two by two: of the first and of the second uid of each pair
-- ARGV[6] uid of the task until which exchanged names keep what they stood for, empty for none
-- ARGV[7..] for each pair: `swap` or `rename`, and the two uids
-- Answers: swapped; not_found, already_exists, with why and which key
--
-- @alone
-- @include write
-- @include pending-swaps

local function member_of(uid)
  return string.sub(uid, 1, 1) == '_' and '_' .. uid or uid
end

-- What is pending for the name of that row, with this swap.
local function pending_after(row)
  local columns = row.columns
  if ARGV[6] == '' then
    return columns.pending_swaps
  end
  local swaps = pending_swaps(columns)
  swaps[#swaps + 1] = {
    taskUid = tonumber(ARGV[6]),
    physicalUid = columns.physical_uid,
    primaryKey = columns.primary_key or cjson.null,
    createdAt = number_in(row, 'created_at'),
    updatedAt = number_in(row, 'updated_at'),
  }
  return pending_text(swaps)
end

-- Makes a row stand for another uid.
local function move(columns, key, uid, pending)
  columns.uid = uid
  columns.pending_swaps = pending
  redis.call('DEL', key)
  set_columns(key, columns)
  redis.call('ZADD', KEYS[3], 0, member_of(uid))
  redis.call('HSET', KEYS[4], columns.physical_uid, uid)
  announce(key)
end

return write(function()
  local pairs_of_rows = {}
  for i = 5, #KEYS, 2 do
    local argument = 7 + (i - 5) / 2 * 3
    local first, second = read_row(KEYS[i]), read_row(KEYS[i + 1])
    local is_rename = ARGV[argument] == 'rename'
    if not first then
      return { 'not_found', 'no such index', ARGV[argument + 1] }
    end
    if is_rename and second then
      return { 'already_exists', 'the uid is taken', ARGV[argument + 2] }
    end
    if not is_rename and not second then
      return { 'not_found', 'no such index', ARGV[argument + 2] }
    end
    pairs_of_rows[#pairs_of_rows + 1] = { first, second, ARGV[argument + 1], ARGV[argument + 2], KEYS[i + 1] }
  end
  for _, pair in ipairs(pairs_of_rows) do
    local first, second, first_uid, second_uid, second_key = unpack(pair, 1, 5)
    local pending
    if second then
      local pending_of_first = pending_after(first)
      pending = pending_after(second)
      move(second.columns, first.key, first_uid, pending_of_first)
    else
      redis.call('DEL', first.key)
      redis.call('ZREM', KEYS[3], member_of(first_uid))
      announce(first.key)
    end
    move(first.columns, second_key, second_uid, pending)
  end
  return { 'swapped' }
end)
