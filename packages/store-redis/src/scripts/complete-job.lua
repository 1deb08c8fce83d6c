-- Completes a claimed job. The same completion again changes nothing: the token stays in the row.
--
-- KEYS[3] row
-- ARGV[6] token of the claim
-- ARGV[7] result as JSON
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
  local is_done = job.columns.claim_token == ARGV[6] and job.columns.state == 'completed'
  if not is_done then
    if not holds_claim(job, ARGV[6], now) then
      return { 'not_holder', "the claim has ended or is another's" }
    end
    change_job(job, {
      state = 'completed',
      claimed_by = false,
      claim_expires_at = false,
      claim_lease_ms = false,
      result = ARGV[7],
      error = false,
      updated_at = now,
      finished_at = now,
    })
  end
  return { 'row', flat_of(job.columns) }
end)
