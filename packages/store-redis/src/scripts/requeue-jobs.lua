-- Puts jobs whose claim has expired back in their place in the queue, or fails them when no attempt is left.
--
-- KEYS[3] claimed jobs by the claim's deadline
-- ARGV[6] how many at most
-- Derived: the rows, `{prefix}:jobs:<key>` of the keys in KEYS[3], and the jobs' indexes (includes/jobs.lua)
-- Answers: requeued, with how many
--
-- @alone
-- @include write
-- @include jobs

local function expired_error(columns)
  local message = 'The claim of worker `' .. columns.claimed_by .. '` expired, and it was the last of ' .. columns.max_attempts .. ' attempts.'
  return '{"message":' .. cjson.encode(message) .. ',"code":"job_claim_expired","type":"internal","link":""}'
end

return write(function(now)
  local expired = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', int(now), 'LIMIT', 0, ARGV[6])
  for _, member in ipairs(expired) do
    local job = read_row(base_of(KEYS[3]) .. member)
    if job then
      local changes = {
        state = 'queued',
        claimed_by = false,
        claim_token = false,
        claim_expires_at = false,
        claim_lease_ms = false,
        updated_at = now,
      }
      if number_in(job, 'attempts') >= number_in(job, 'max_attempts') then
        changes.state, changes.error, changes.finished_at = 'failed', expired_error(job.columns), now
      end
      change_job(job, changes)
    else
      redis.call('ZREM', KEYS[3], member)
    end
  end
  return { 'requeued', #expired }
end)
