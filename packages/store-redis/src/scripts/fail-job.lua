-- Fails an attempt: queued again while attempts are left and a time is given, else failed. The same failure again changes nothing:
-- the token stays in the row.
--
-- KEYS[3] row
-- ARGV[6] token of the claim
-- ARGV[7] error as JSON
-- ARGV[8] when it is tried again, ms; empty for never
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
  local state = job.columns.state
  local is_done = job.columns.claim_token == ARGV[6] and (state == 'failed' or state == 'queued')
  if not is_done then
    if not holds_claim(job, ARGV[6], now) then
      return { 'not_holder', "the claim has ended or is another's" }
    end
    local again = ARGV[8] ~= '' and number_in(job, 'attempts') < number_in(job, 'max_attempts')
    change_job(job, {
      state = again and 'queued' or 'failed',
      run_at = again and ARGV[8] or job.columns.run_at,
      claimed_by = false,
      claim_expires_at = false,
      claim_lease_ms = false,
      error = ARGV[7],
      updated_at = now,
      finished_at = not again and now,
    })
  end
  return { 'row', text_of(job.columns) }
end)
