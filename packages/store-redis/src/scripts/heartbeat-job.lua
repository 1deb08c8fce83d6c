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
  change_job(job, {
    progress = ARGV[7] ~= '' and ARGV[7],
    claim_expires_at = now + tonumber(job.columns.claim_lease_ms or 0),
    updated_at = now,
  })
  return { 'row', flat_of(job.columns) }
end)
