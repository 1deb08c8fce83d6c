-- Completes a claimed job, as complete-job does, and claims the first due one of some types, as claim-job does.
--
-- KEYS[3] row
-- KEYS[4..] due jobs of each type
-- ARGV[6] token of the claim
-- ARGV[7] result as JSON
-- ARGV[8] worker of the next claim
-- ARGV[9] its token
-- ARGV[10] its lease, ms
-- Derived: the row of the next job, `{prefix}:jobs:<key>` of a key in KEYS, and the indexes of both (includes/jobs.lua)
-- Answers: row (the next job; none is due: empty), not_found, not_holder
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
  local due = {}
  for i = 4, #KEYS do
    due[#due + 1] = KEYS[i]
  end
  local next = claim_first(due, ARGV[8], ARGV[9], ARGV[10], now)
  return { 'row', next and text_of(next.columns) or '' }
end)
