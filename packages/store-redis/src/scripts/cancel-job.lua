-- Ends a job that has not finished; its claim, if any, is void.
--
-- KEYS[3] row
-- Derived: the job's indexes (includes/jobs.lua)
-- Answers: row, not_found, illegal_transition
--
-- @include write
-- @include jobs

return write(function(now)
  local job = read_row(KEYS[3])
  if not job then
    return { 'not_found', 'no such job' }
  end
  local state = job.columns.state
  if state ~= 'canceled' then
    if is_finished(state) then
      return { 'illegal_transition', 'a job that is ' .. state .. ' cannot be canceled' }
    end
    change_job(job, {
      state = 'canceled',
      claimed_by = false,
      claim_token = false,
      claim_expires_at = false,
      claim_lease_ms = false,
      updated_at = now,
      finished_at = now,
    })
  end
  return { 'row', text_of(job.columns) }
end)
