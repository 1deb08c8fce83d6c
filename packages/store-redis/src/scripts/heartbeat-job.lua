-- Extends a claim by its lease from now, and keeps the progress.
--
-- KEYS[3] row
-- ARGV[6] token of the claim
-- ARGV[7] progress as JSON, empty for NULL
-- Derived: the job's indexes (includes/jobs.lua)
-- Answers: row, not_found, not_holder
--
-- @include write
-- @include jobs

return write(function(now)
  local job = read_row(KEYS[3])
  if not job then
    return { 'not_found', 'no such job' }
  end
  if not holds_claim(job, ARGV[6], now) then
    return { 'not_holder', "the claim has ended or is another's" }
  end
  local base, expires_at = base_of(job.key), int(now + tonumber(job.columns.claim_lease_ms or 0))
  change_row(job, { progress = ARGV[7] ~= '' and ARGV[7], claim_expires_at = expires_at, updated_at = now })
  redis.call('ZADD', base .. '_by_claim_expires_at', expires_at, string.sub(job.key, #base + 1))
  return { 'row', text_of(job.columns) }
end)
