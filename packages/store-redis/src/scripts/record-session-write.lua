-- Pins an index of a session to a write, adding the session where there is none, and slides its deadline. Of two writes to one
-- index the higher task uid stays. Too many sessions: the least recently used go.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by last use
-- KEYS[5] sessions by deadline
-- KEYS[6] pins: `<index uid>:<session id>`
-- ARGV[6] key in the indexes
-- ARGV[7] session id
-- ARGV[8] index uid as JSON
-- ARGV[9] task uid
-- ARGV[10] replica group
-- ARGV[11] settings version
-- ARGV[12] how long the session lives, ms
-- ARGV[13] how many sessions are kept
-- Derived: the rows of the sessions that go, `{prefix}:<table>:<key>` of the keys in KEYS[4]
-- Answers: row
--
-- @include write
-- @include sessions

local SEARCHED = 1000

-- Sessions past their deadline are left to the sweep, unless nothing else is found among the least recently used.
local function drop_least_used(indexes, kept_key, too_many, now)
  -- As ever but when the store is full: the search below would cost more than the rest of the write.
  if too_many <= 0 then
    return
  end
  local expired = {}
  for _, member in ipairs(redis.call('ZRANGE', indexes.all, 0, SEARCHED - 1)) do
    if too_many <= 0 then
      return
    end
    local row = read_row(base_of(KEYS[3]) .. member)
    if member == kept_key then
      row = nil
    elseif not row then
      redis.call('ZREM', indexes.all, member)
      redis.call('ZREM', indexes.deadlines, member)
    elseif number_in(row, 'expires_at') <= now then
      expired[#expired + 1] = { row, member }
    else
      drop_session(row, member, indexes)
      announce(row.key)
      too_many = too_many - 1
    end
  end
  if too_many > 0 then
    for _, found in ipairs(expired) do
      drop_session(found[1], found[2], indexes)
    end
  end
end

return write(function(now)
  local key, index_uid = KEYS[3], ARGV[8]
  local indexes = { all = KEYS[4], deadlines = KEYS[5], pins = KEYS[6] }
  local row = read_row(key)
  if row and number_in(row, 'expires_at') <= now then
    drop_session(row, ARGV[6], indexes)
    row = nil
  end
  local parts, pin = row and json_parts(row.columns.pins) or {}, nil
  for i, part in ipairs(parts) do
    local uid, value = json_pair(part)
    if uid == index_uid then
      pin = { at = i, task_uid = cjson.decode(value).taskUid }
    end
  end
  if not pin or pin.task_uid < tonumber(ARGV[9]) then
    parts[pin and pin.at or #parts + 1] = string.format(
      '%s:{"taskUid":%s,"group":%s,"settingsVersion":%s,"writtenAt":%s}',
      index_uid, ARGV[9], ARGV[10], ARGV[11], int(now)
    )
  end
  local expires_at = int(now + tonumber(ARGV[12]))
  set_columns(key, {
    session_id = ARGV[7],
    pins = '{' .. table.concat(parts, ',') .. '}',
    created_at = row and row.columns.created_at or now,
    last_used_at = now,
    expires_at = expires_at,
  })
  redis.call('ZADD', indexes.all, int(now), ARGV[6])
  redis.call('ZADD', indexes.deadlines, expires_at, ARGV[6])
  redis.call('ZADD', indexes.pins, 0, pin_key(index_uid, ARGV[7]))
  announce(key)
  local live = redis.call('ZCOUNT', indexes.deadlines, '(' .. int(now), '+inf')
  drop_least_used(indexes, ARGV[6], live - tonumber(ARGV[13]), now)
  return { 'row', all_columns(key) }
end)
