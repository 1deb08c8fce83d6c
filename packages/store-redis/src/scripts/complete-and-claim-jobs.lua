-- Completes claimed jobs, each as complete-job does, and claims the first due ones of some types, as claim-job does.
--
-- KEYS[3..] rows to complete, then due jobs of each type
-- ARGV[6] how many rows to complete
-- ARGV[7] worker of the claims
-- ARGV[8] their lease, ms
-- ARGV[9..] token and result as JSON of each completion, then a token for each claim, as many as are wanted
-- Derived: the rows of claimed jobs, `{prefix}:jobs:<key>` of a key in KEYS, and the indexes of all (includes/jobs.lua)
-- Answers: batch, with a list of what came of each completion (completed, not_found, not_holder), and a list of claimed jobs
--
-- @alone
-- @include write
-- @include deferred
-- @include jobs

local function complete(key, token, result, base, deferred, now)
  local time = int(now)
  local found = redis.call('HMGET', key, 'state', 'claim_token', 'claim_expires_at', 'seq', 'dedupe_key')
  local state, expires_at, seq = found[1], found[3] and tonumber(found[3]), found[4]
  if not state then
    return redis.call('EXISTS', key) == 1 and corrupt(key, 'state') or 'not_found'
  end
  if found[2] == token and state == 'completed' then
    return 'completed'
  end
  if not (state == 'in_progress' and found[2] == token and expires_at and expires_at > now) then
    return 'not_holder'
  end
  if not tonumber(seq) then
    corrupt(key, 'seq')
  end
  redis.call('HSET', key, 'state', 'completed', 'result', result, 'updated_at', time, 'finished_at', time)
  redis.call('HDEL', key, 'claimed_by', 'claim_expires_at', 'claim_lease_ms', 'error')
  local member = string.sub(key, #base + 1)
  defer_remove(deferred, base .. '_by_state:in_progress', member)
  defer_remove(deferred, base .. '_by_claim_expires_at', member)
  defer_add(deferred, base .. '_by_state:completed', seq, member)
  defer_add(deferred, base .. '_by_finished_at', time, member)
  if found[5] then
    redis.call('HDEL', base .. '_by_dedupe_key', found[5])
  end
  return 'completed'
end

-- The first due jobs of all types, in their order: members, each with its set and the time it is due.
local function first_due_of(sets, wanted, now)
  local due = {}
  for _, set in ipairs(sets) do
    local found = redis.call('ZRANGEBYSCORE', set, '-inf', int(now), 'WITHSCORES', 'LIMIT', 0, wanted)
    for i = 1, #found, 2 do
      due[#due + 1] = { member = found[i], run_at = tonumber(found[i + 1]), set = set }
    end
  end
  if #sets > 1 then
    table.sort(due, function(a, b)
      if a.run_at ~= b.run_at then
        return a.run_at < b.run_at
      end
      return a.member < b.member
    end)
  end
  return due
end

-- Claims from them until there are as many as wanted, passing over keys whose row is gone.
-- @returns whether some were passed over, and more may be due behind them.
local function claim_some(due, claimed, wanted, token_of, base, deferred, now)
  local expires_at, time, gone = int(now + tonumber(ARGV[8])), int(now), false
  for _, entry in ipairs(due) do
    if #claimed == wanted then
      return false
    end
    local member = string.sub(entry.member, 18)
    local key = base .. member
    local flat = redis.call('HGETALL', key)
    if #flat == 0 then
      redis.call('ZREM', entry.set, entry.member)
      redis.call('ZREM', base .. '_due', entry.member)
      gone = true
    else
      local columns = as_row(key, flat).columns
      local attempts, seq = tonumber(columns.attempts), tonumber(columns.seq)
      if not attempts or not seq then
        -- Those before it are claimed; the next call says what is wrong.
        if #claimed > 0 then
          return false
        end
        corrupt(key, attempts and 'seq' or 'attempts')
      end
      local token = token_of(#claimed + 1)
      attempts = int(attempts + 1)
      redis.call(
        'HSET', key, 'state', 'in_progress', 'attempts', attempts, 'claimed_by', ARGV[7], 'claim_token', token,
        'claim_expires_at', expires_at, 'claim_lease_ms', ARGV[8], 'updated_at', time
      )
      columns.state, columns.attempts, columns.claimed_by, columns.claim_token = 'in_progress', attempts, ARGV[7], token
      columns.claim_expires_at, columns.claim_lease_ms, columns.updated_at = expires_at, ARGV[8], time
      defer_remove(deferred, entry.set, entry.member)
      defer_remove(deferred, base .. '_due', entry.member)
      defer_remove(deferred, base .. '_by_state:queued', member)
      defer_add(deferred, base .. '_by_state:in_progress', columns.seq, member)
      defer_add(deferred, base .. '_by_claim_expires_at', expires_at, member)
      claimed[#claimed + 1] = text_of(columns)
    end
  end
  return gone
end

return write(function(now)
  local base, completions = base_of(KEYS[3]), tonumber(ARGV[6])
  local tokens = 9 + 2 * completions
  local wanted = #ARGV - tokens + 1
  local outcomes, claimed = {}, {}
  with_deferred(function(deferred)
    for i = 1, completions do
      local at = 9 + (i - 1) * 2
      outcomes[i] = complete(KEYS[2 + i], ARGV[at], ARGV[at + 1], base, deferred, now)
    end
  end)
  local sets = { unpack(KEYS, 3 + completions) }
  local function token_of(i)
    return ARGV[tokens + i - 1]
  end
  local more = wanted > 0
  while more do
    -- The sets have lost what was claimed before they are read again.
    with_deferred(function(deferred)
      local due = first_due_of(sets, wanted - #claimed, now)
      more = claim_some(due, claimed, wanted, token_of, base, deferred, now)
    end)
  end
  return { 'batch', outcomes, claimed }
end)
