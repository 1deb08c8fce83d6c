-- @include rows
-- @include escape
-- @include json-parts

-- What is shared by the scripts of sessions: the pins, and the indexes of them.
-- `indexes`: { all = by last use, deadlines = by deadline, pins = `<index uid>:<session id>` }.

-- The index uids (as JSON text) that a session is pinned for.
local function pinned(pins)
  local uids = {}
  for i, part in ipairs(json_parts(pins)) do
    uids[i] = json_pair(part)
  end
  return uids
end

local function pin_key(uid_json, session_id)
  return joined_key(cjson.decode('[' .. uid_json .. ']')[1], session_id)
end

-- The pins without the one of an index, or nil when it has none.
local function pins_without(pins, uid_json)
  local kept, found = {}, false
  for _, part in ipairs(json_parts(pins)) do
    if json_pair(part) == uid_json then
      found = true
    else
      kept[#kept + 1] = part
    end
  end
  return found and '{' .. table.concat(kept, ',') .. '}' or nil
end

-- Forgets a session, whose row may be past its deadline.
local function drop_session(row, key_in_index, indexes)
  local id = row.columns.session_id
  for _, uid in ipairs(pinned(row.columns.pins)) do
    redis.call('ZREM', indexes.pins, pin_key(uid, id))
  end
  redis.call('ZREM', indexes.all, key_in_index)
  redis.call('ZREM', indexes.deadlines, key_in_index)
  redis.call('DEL', row.key)
end
