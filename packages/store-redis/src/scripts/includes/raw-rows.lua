-- @include rows
-- @include escape
-- @include sessions
-- @include tasks

-- Where rows stand in the indexes of their tables, told by the rows alone: for moving rows without their meaning. Columns that a row
-- lacks, because it cannot be read, place it nowhere.

local function table_of(key)
  return string.match(key, '^{[^}]*}:([^:]*):')
end

local ALL = '_index'
-- Sets of whole keys: which column scores them; 0 for none.
local SETS = {
  sessions = { [ALL] = 'last_used_at', _by_expires_at = 'expires_at' },
  idempotency_cache = { [ALL] = 'expires_at' },
  jobs = { [ALL] = 'seq', _by_claim_expires_at = 'claim_expires_at', _by_finished_at = 'finished_at' },
  canary_runs = { [ALL] = 'seq' },
  admin_sessions = { [ALL] = 'created_at', _by_expires_at = 'expires_at' },
  api_keys = { [ALL] = 'created_at' },
  gateways = { [ALL] = 'expires_at', _by_key = 0 },
  rate_limits = { [ALL] = 'expires_at' },
  login_backoff = { [ALL] = 'expires_at' },
  cdc_overflow = { [ALL] = 'position' },
  scoped_key_observations = { [ALL] = 'expires_at', _by_key = 0 },
  tasks = { [ALL] = 'uid', _by_finished_at = 'finished_at' },
}

-- Sets named by, or of members made of, the values of a row: `place(set, score, member)`; without all values, nowhere.
local OTHERS = {
  node_settings_version = function(place, _, member)
    place('_by_node', 0, turned_key(member))
  end,
  write_hints = function(place, _, member)
    place('_by_index', 0, turned_key(member))
    place('_in_order', 0, ordered_key(member))
  end,
  sessions = function(place, row)
    for _, uid in ipairs(row.pins and row.session_id and pinned(row.pins) or {}) do
      place('_by_pin', 0, pin_key(uid, row.session_id))
    end
  end,
  idempotency_cache = function(place, row, member)
    place(row.response_status and '_answered' or '_reserved', row.created_at, member)
  end,
  jobs = function(place, row, member)
    place(row.state and '_by_state:' .. row.state, row.seq, member)
    place(row.type and '_by_type:' .. row.type, row.seq, member)
    place(row.parent_id and '_by_parent:' .. row.parent_id, row.seq, member)
    if row.state == 'queued' and tonumber(row.seq) then
      local due = string.format('%016.0f', tonumber(row.seq)) .. ':' .. member
      place('_due', row.run_at, due)
      place(row.type and '_due:' .. row.type, row.run_at, due)
    end
  end,
  canary_runs = function(place, row)
    place(row.canary_id and '_by_canary:' .. row.canary_id, row.seq, row.run_id)
    place('_canaries', 0, row.canary_id)
  end,
  admin_sessions = function(place, row, member)
    place(row.revoked ~= '1' and '_by_admin_key', 0, row.admin_key_hash and row.admin_key_hash .. ':' .. member)
  end,
  cdc_overflow = function(place, row)
    place(row.sink_name and '_by_sink:' .. row.sink_name, row.position, row.position)
  end,
  tasks = function(place, row, member)
    place(row.status and '_by_status:' .. row.status, row.uid, member)
    place(row.type and '_by_type:' .. row.type, row.uid, member)
    place(row.index_uid and '_by_index_uid:' .. row.index_uid, row.uid, member)
    place(row.canceled_by and '_by_canceled_by:' .. row.canceled_by, row.uid, member)
  end,
}

-- Values that one row has and no other: hash of keys by value.
local function owned_value(name, row)
  if name == 'indexes' then
    return '_by_physical_uid', row.physical_uid, row.uid
  end
  if name == 'jobs' and (row.state == 'queued' or row.state == 'in_progress') then
    return '_by_dedupe_key', row.dedupe_key, nil
  end
  return nil
end

local function task_counts(key)
  local head = string.match(key, '^{[^}]*}:') .. 'task_counts:'
  return { kinds = head .. '_kinds', pairs = head .. '_pairs' }
end

local function each_place(name, row, member, place)
  for set, score in pairs(SETS[name] or { [ALL] = 0 }) do
    place(set, score == 0 and 0 or row[score], member)
  end
  if OTHERS[name] then
    OTHERS[name](place, row, member)
  end
end

-- Deletes a row, readable or not, and what was derived from it.
local function forget_row(key, member)
  local base, name = base_of(key), table_of(key)
  local flat, row = redis.pcall('HGETALL', key), {}
  for i = 1, flat.err and 0 or #flat, 2 do
    row[flat[i]] = flat[i + 1]
  end
  each_place(name, row, member, function(set, _, set_member)
    if set and set_member then
      redis.call('ZREM', base .. set, set_member)
    end
  end)
  redis.call('ZREM', base .. ALL, member)
  if row.canary_id and redis.call('EXISTS', base .. '_by_canary:' .. row.canary_id) == 1 then
    redis.call('ZADD', base .. '_canaries', 0, row.canary_id)
  end
  local hash, value = owned_value(name, row)
  if value then
    redis.call('HDEL', base .. hash, value)
  end
  if name == 'tasks' and row.status and row.type then
    add_to_counts(task_counts(key), row, -1)
  end
  redis.call('DEL', key)
end

-- Adds a row that is not there, and what is derived from it.
local function place_row(key, member, row)
  local base, name = base_of(key), table_of(key)
  set_columns(key, row)
  each_place(name, row, member, function(set, score, set_member)
    if set and score then
      redis.call('ZADD', base .. set, score, set_member)
    end
  end)
  local hash, value, owner = owned_value(name, row)
  if value then
    redis.call('HSET', base .. hash, value, owner or member)
  end
  if name == 'tasks' then
    add_to_counts(task_counts(key), row, 1)
  end
end
