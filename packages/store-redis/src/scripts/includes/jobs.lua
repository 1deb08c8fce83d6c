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

-- Members of indexes are what follows the base in a row's key.
local function due_member(columns, member)
  return string.format('%016.0f:%s', columns.seq, member)
end

-- Where a job stands among those of its state.
local function leave_state(base, member, columns)
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

local function enter_state(base, member, columns)
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

-- Changes columns (`false` for NULL), the state among them to another, and the job's place in the indexes.
local function change_job(job, changes)
  local base, columns = base_of(job.key), job.columns
  local member = string.sub(job.key, #base + 1)
  leave_state(base, member, columns)
  change_row(job, changes)
  enter_state(base, member, columns)
end

local function holds_claim(job, token, now)
  local columns = job.columns
  return columns.state == 'in_progress'
    and columns.claim_token == token
    and columns.claim_expires_at
    and tonumber(columns.claim_expires_at) > now
end
