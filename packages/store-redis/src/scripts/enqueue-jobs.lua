-- Adds jobs to the queue, one after the other, each as enqueue-job does.
--
-- KEYS[3] hash: id by dedupe key
-- KEYS[4] row of the counter
-- KEYS[5] index of the counters
-- KEYS[6..] rows
-- ARGV[6..] of each row: dedupe key (empty for none), parent (empty for none), not before, ms (empty for now), type, how many arguments
--           follow, and those: columns and values, the type among them
-- Derived: the jobs' indexes (includes/jobs.lua) and the rows of their twins, `{prefix}:jobs:<id>`
-- Answers: jobs, with two values for each (added and its `seq`; known and the row of the same id; twin and the row of the same dedupe
--          key), and the time at which they were added
--
-- @alone
-- @include write
-- @include counters
-- @include deferred
-- @include jobs

return write(function(now)
  local time, base = int(now), base_of(KEYS[3])
  local rows, at = {}, 6
  with_deferred(function(deferred)
    for i = 6, #KEYS do
      local key, dedupe_key, parent, run_at, kind, given = KEYS[i], ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], tonumber(ARGV[at + 4])
      local twin = dedupe_key ~= '' and redis.call('HGET', KEYS[3], dedupe_key)
      if redis.call('EXISTS', key) == 1 then
        rows[#rows + 1], rows[#rows + 2] = 'known', all_columns(key)
      elseif twin then
        rows[#rows + 1], rows[#rows + 2] = 'twin', all_columns(base .. twin)
      else
        local seq = int(next_number(KEYS[4], KEYS[5], 'jobs'))
        run_at = run_at ~= '' and run_at or time
        redis.call(
          'HSET', key, 'seq', seq, 'state', 'queued', 'attempts', '0', 'run_at', run_at, 'created_at', time, 'updated_at', time,
          unpack(ARGV, at + 5, at + 4 + given)
        )
        local member = string.sub(key, #base + 1)
        local due = due_member({ seq = seq }, member)
        defer_add(deferred, base .. '_index', seq, member)
        defer_add(deferred, base .. '_by_type:' .. kind, seq, member)
        if parent ~= '' then
          defer_add(deferred, base .. '_by_parent:' .. parent, seq, member)
        end
        if dedupe_key ~= '' then
          redis.call('HSET', KEYS[3], dedupe_key, member)
        end
        defer_add(deferred, base .. '_by_state:queued', seq, member)
        defer_add(deferred, base .. '_due', run_at, due)
        defer_add(deferred, base .. '_due:' .. kind, run_at, due)
        rows[#rows + 1], rows[#rows + 2] = 'added', seq
      end
      at = at + 5 + given
    end
  end)
  return { 'jobs', rows, time }
end)
