-- @include rows

-- The indexes of tasks, all named from `{prefix}:tasks:`, the base of the row's key. Members and scores are uids:
--   _index                                          every task
--   _by_status:<status>, _by_type:<type>, _by_index_uid:<index uid>, _by_canceled_by:<uid>
--   _by_finished_at                                 finished ones, scored by time
-- And how many there are of each status, type and index together (`task_counts:_kinds`) and of each two of them
-- (`task_counts:_pairs`): hashes, because a list's total must not cost a walk.

local FINISHED = { succeeded = true, failed = true, canceled = true }

local function add_count(key, field, by)
  if redis.call('HINCRBY', key, field, by) == 0 then
    redis.call('HDEL', key, field)
  end
end

-- `counts`: { kinds, pairs }, the keys of the two hashes. A task of no single index counts under the empty name.
local function add_to_counts(counts, columns, by)
  local status, kind, index_uid = columns.status, columns.type, columns.index_uid or ''
  add_count(counts.kinds, status .. '\0' .. kind .. '\0' .. index_uid, by)
  add_count(counts.pairs, 'status,type\0' .. status .. '\0' .. kind, by)
  add_count(counts.pairs, 'status,index\0' .. status .. '\0' .. index_uid, by)
  add_count(counts.pairs, 'type,index\0' .. kind .. '\0' .. index_uid, by)
end

local function leave_status(base, columns, counts)
  local uid = columns.uid
  redis.call('ZREM', base .. '_by_status:' .. columns.status, uid)
  if columns.finished_at then
    redis.call('ZREM', base .. '_by_finished_at', uid)
  end
  add_to_counts(counts, columns, -1)
end

local function enter_status(base, columns, counts)
  local uid = columns.uid
  redis.call('ZADD', base .. '_by_status:' .. columns.status, uid, uid)
  if columns.finished_at then
    redis.call('ZADD', base .. '_by_finished_at', columns.finished_at, uid)
  end
  add_to_counts(counts, columns, 1)
end

local function delete_task(task, counts)
  local base, uid, columns = base_of(task.key), task.columns.uid, task.columns
  leave_status(base, columns, counts)
  redis.call('ZREM', base .. '_index', uid)
  redis.call('ZREM', base .. '_by_type:' .. columns.type, uid)
  if columns.index_uid then
    redis.call('ZREM', base .. '_by_index_uid:' .. columns.index_uid, uid)
  end
  if columns.canceled_by then
    redis.call('ZREM', base .. '_by_canceled_by:' .. columns.canceled_by, uid)
  end
  redis.call('DEL', task.key)
end
