-- @include jobs

-- The first due job of all types, passing over keys whose row is gone; nil where none is due.
-- @param sets due jobs of each type
local function first_due(sets, now)
  local first
  for _, set in ipairs(sets) do
    local found = redis.call('ZRANGEBYSCORE', set, '-inf', int(now), 'WITHSCORES', 'LIMIT', 0, 1)
    local member, run_at = found[1], tonumber(found[2])
    if member and (not first or run_at < first.run_at or (run_at == first.run_at and member < first.member)) then
      first = { member = member, run_at = run_at, set = set }
    end
  end
  if not first then
    return nil
  end
  local key = base_of(first.set) .. string.sub(first.member, 18)
  local job = read_row(key)
  if job then
    return job
  end
  redis.call('ZREM', first.set, first.member)
  redis.call('ZREM', base_of(first.set) .. '_due', first.member)
  return first_due(sets, now)
end

-- Claims it. @param lease in ms, as text. @returns the job as it is then, or nil.
local function claim_first(sets, worker, token, lease, now)
  local job = first_due(sets, now)
  if job then
    change_job(job, {
      state = 'in_progress',
      attempts = number_in(job, 'attempts') + 1,
      claimed_by = worker,
      claim_token = token,
      claim_expires_at = now + tonumber(lease),
      claim_lease_ms = lease,
      updated_at = now,
    })
  end
  return job
end

-- Completes a claimed job, unless it has been completed with this token. @returns whether that was so, or is now.
local function complete_job(job, token, result, now)
  if job.columns.claim_token == token and job.columns.state == 'completed' then
    return true
  end
  if not holds_claim(job, token, now) then
    return false
  end
  change_job(job, {
    state = 'completed',
    claimed_by = false,
    claim_expires_at = false,
    claim_lease_ms = false,
    result = result,
    error = false,
    updated_at = now,
    finished_at = now,
  })
  return true
end
