-- @include rows

-- The indexes of jobs, all named from `{prefix}:jobs:`, the base of the row's key:
--   _index, _by_type:<type>, _by_parent:<parent>   every job, in the order of `seq`
--   _by_state:<state>                              in the order of `seq`
--   _due, _due:<type>                              queued ones by `run_at`, then `seq`, which their members begin with
--   _by_claim_expires_at                           claimed ones
--   _by_finished_at                                finished ones
--   _by_dedupe_key                                 hash: id by the dedupe key of unfinished ones

local function is_finished(state)
  return state ~= 'queued' and state ~= 'in_progress'
end

-- Keys in indexes are what follows the base in a row's key.
local function job_member(key)
  return string.sub(key, #base_of(key) + 1)
end

local function due_member(columns, member)
  return string.format('%016.0f', tonumber(columns.seq)) .. ':' .. member
end

local function leave_state(job)
  local base, member, columns = base_of(job.key), job_member(job.key), job.columns
  redis.call('ZREM', base .. '_by_state:' .. columns.state, member)
  if columns.state == 'queued' then
    redis.call('ZREM', base .. '_due', due_member(columns, member))
    redis.call('ZREM', base .. '_due:' .. columns.type, due_member(columns, member))
  elseif columns.state == 'in_progress' then
    redis.call('ZREM', base .. '_by_claim_expires_at', member)
  else
    redis.call('ZREM', base .. '_by_finished_at', member)
  end
end

local function enter_state(job)
  local base, member, columns = base_of(job.key), job_member(job.key), job.columns
  redis.call('ZADD', base .. '_by_state:' .. columns.state, columns.seq, member)
  if columns.state == 'queued' then
    redis.call('ZADD', base .. '_due', columns.run_at, due_member(columns, member))
    redis.call('ZADD', base .. '_due:' .. columns.type, columns.run_at, due_member(columns, member))
  elseif columns.state == 'in_progress' then
    redis.call('ZADD', base .. '_by_claim_expires_at', columns.claim_expires_at, member)
  else
    redis.call('ZADD', base .. '_by_finished_at', columns.finished_at, member)
    if columns.dedupe_key then
      redis.call('HDEL', base .. '_by_dedupe_key', columns.dedupe_key)
    end
  end
end

-- Changes columns (`false` for NULL) and the job's place in the indexes.
local function change_job(job, changes)
  if changes.state and changes.state ~= job.columns.state then
    leave_state(job)
  end
  change_row(job, changes)
  enter_state(job)
end

local function holds_claim(job, token, now)
  local columns = job.columns
  return columns.state == 'in_progress'
    and columns.claim_token == token
    and columns.claim_expires_at
    and tonumber(columns.claim_expires_at) > now
end
