-- Completes a claimed job. The same completion again changes nothing: the token stays in the row.
--
-- KEYS[3] row
-- ARGV[6] token of the claim
-- ARGV[7] result as JSON
-- Derived: the job's indexes (includes/jobs.lua)
-- Answers: row, not_found, not_holder
--
-- @include write
-- @include claims

return write(function(now)
  local job = read_row(KEYS[3])
  if not job then
    return { 'not_found', 'no such job' }
  end
  if not complete_job(job, ARGV[6], ARGV[7], now) then
    return { 'not_holder', "the claim has ended or is another's" }
  end
  return { 'row', text_of(job.columns) }
end)
