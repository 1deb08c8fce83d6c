-- Moves a task forwards. A task that has ended stays as it is.
--
-- KEYS[3] row
-- KEYS[4] hash: counts by status, type and index
-- KEYS[5] hash: counts by two of them
-- ARGV[6] status
-- ARGV[7] details as JSON, `null` for NULL, empty to keep them
-- ARGV[8] error as JSON, `null` for NULL, empty to keep it
-- ARGV[9] uid of the task that canceled it, empty to keep it
-- ARGV[10] when it started, empty where no node said
-- ARGV[11] when it finished, empty where no node said
-- Derived: the task's indexes (includes/tasks.lua)
-- Answers: row, not_found, illegal_transition
--
-- @include write
-- @include tasks

local RANK = { enqueued = 0, processing = 1, succeeded = 2, failed = 2, canceled = 2 }

local function given(text, before)
  if text == '' then
    return before or false
  end
  return text ~= 'null' and text
end

return write(function(now)
  local key, to = KEYS[3], ARGV[6]
  local counts = { kinds = KEYS[4], pairs = KEYS[5] }
  local task = read_row(key)
  if not task then
    return { 'not_found', 'no such task' }
  end
  local before = task.columns
  local from = before.status
  if from ~= to and RANK[to] <= (RANK[from] or corrupt(key, 'status')) then
    return { 'illegal_transition', 'a task that is ' .. from .. ' cannot become ' .. to }
  end
  if from == to and FINISHED[from] then
    return { 'row', all_columns(key) }
  end
  local base, canceled_by = base_of(key), given(ARGV[9], before.canceled_by)
  local never_started = to == 'enqueued' or to == 'canceled'
  if from ~= to then
    leave_status(base, before, counts)
  end
  if before.canceled_by and before.canceled_by ~= canceled_by then
    redis.call('ZREM', base .. '_by_canceled_by:' .. before.canceled_by, before.uid)
  end
  change_row(task, {
    status = to,
    details = given(ARGV[7], before.details),
    error = given(ARGV[8], before.error),
    canceled_by = canceled_by,
    started_at = given(ARGV[10], before.started_at or (not never_started and int(now))),
    finished_at = FINISHED[to] and given(ARGV[11], int(now)) or false,
    updated_at = now,
  })
  if canceled_by then
    redis.call('ZADD', base .. '_by_canceled_by:' .. canceled_by, before.uid, before.uid)
  end
  if from ~= to then
    enter_status(base, task.columns, counts)
  end
  return { 'row', text_of(task.columns) }
end)
