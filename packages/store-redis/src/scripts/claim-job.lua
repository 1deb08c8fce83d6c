-- Claims the first due job of some types: by `run_at`, then first come, first served.
--
-- KEYS[3..] due jobs of each type
-- ARGV[6] worker
-- ARGV[7] token of the claim
-- ARGV[8] lease, ms
-- Derived: the row of the job, `{prefix}:jobs:<key>` of a key in KEYS, and its indexes (includes/jobs.lua)
-- Answers: row (none is due: empty)
--
-- @include write
-- @include claims

return write(function(now)
  local due = {}
  for i = 3, #KEYS do
    due[#due + 1] = KEYS[i]
  end
  local job = claim_first(due, ARGV[6], ARGV[7], ARGV[8], now)
  return { 'row', job and text_of(job.columns) or '' }
end)
