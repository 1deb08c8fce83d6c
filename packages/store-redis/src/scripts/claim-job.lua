-- Claims the first due job of some types: by `run_at`, then first come, first served.
--
-- KEYS[3..] due jobs of each type
-- ARGV[6] worker
-- ARGV[7] token of the claim
-- ARGV[8] lease, ms
-- Derived: the row of the job, `{prefix}:jobs:<key>` of a key in KEYS, and its indexes (includes/jobs.lua)
-- Answers: row (none is due: no fields)
--
-- @include write
-- @include jobs

-- The first due job of all types, passing over keys whose row is gone.
local function first_due(now)
  local first
  for i = 3, #KEYS do
    local found = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', int(now), 'WITHSCORES', 'LIMIT', 0, 1)
    local member, run_at = found[1], tonumber(found[2])
    if member and (not first or run_at < first.run_at or (run_at == first.run_at and member < first.member)) then
      first = { member = member, run_at = run_at, set = KEYS[i] }
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
  return first_due(now)
end

return write(function(now)
  local job = first_due(now)
  if not job then
    return { 'row', {} }
  end
  change_job(job, {
    state = 'in_progress',
    attempts = number_in(job, 'attempts') + 1,
    claimed_by = ARGV[6],
    claim_token = ARGV[7],
    claim_expires_at = now + tonumber(ARGV[8]),
    claim_lease_ms = ARGV[8],
    updated_at = now,
  })
  return { 'row', flat_of(job.columns) }
end)
