-- @include clock
-- @include rows

-- What every write does around its own step, for one call or for several that were made together.
--
-- KEYS[1] replies of the connection handle: one hash, a field for each run that may be under way at once (a slot)
-- KEYS[2] row of the fence's lease; KEYS[1] again where the write is not fenced
-- ARGV[1] now, empty for the server's
-- ARGV[2] slot
-- ARGV[3] the run's number in its slot, growing
-- ARGV[4] epoch of the fence, empty for none; `calls` for a run of several calls
-- ARGV[5] channel on which changes are announced, empty for tables nobody watches
-- Answers: stale, not_holder; calls, with the answer of each, or `error` and its text
--
-- A run whose answer was lost is sent again with the number it had: the step is not run again, the answer is the one kept. A
-- number lower than the slot's comes from a run that its callers gave up, arriving late from a dead connection: refused. So a
-- handle keeps as many answers as it has runs under way, and no more (the slot table of NFS 4.1, RFC 8881 section 2.10.6).
--
-- Several calls follow each other in KEYS from 2 on, each with the row of its lease and then its own, and in ARGV from 6 on, each with
-- how many KEYS and ARGV of its own it has, its epoch, and those. One after the other they are what KEYS and ARGV are for the step.

local REPLIES_KEPT_MS = 3600000

local function fence_passed(now)
  if ARGV[4] == '' then
    return false
  end
  local lease = redis.call('HMGET', KEYS[2], 'epoch', 'holder', 'expires_at')
  return not (lease[1] == ARGV[4] and lease[2] and lease[3] and tonumber(lease[3]) > now)
end

-- Says which row changed: its key.
local function announce(key)
  if ARGV[5] ~= '' then
    redis.call('PUBLISH', ARGV[5], key)
  end
end

local function run_call(step, now)
  if fence_passed(now) then
    return { 'not_holder', 'fence' }
  end
  return step(now)
end

-- A call that fails does so alone: those before it stand, those after it run.
local function run_calls(step, now)
  local all_keys, all_args, answers = KEYS, ARGV, { 'calls' }
  local key, arg = 1, 5
  while arg < #all_args do
    local keys, args = tonumber(all_args[arg + 1]), tonumber(all_args[arg + 2])
    KEYS = { all_keys[1], unpack(all_keys, key + 1, key + 1 + keys) }
    ARGV = { all_args[1], all_args[2], all_args[3], all_args[arg + 3], all_args[5], unpack(all_args, arg + 4, arg + 3 + args) }
    key, arg = key + 1 + keys, arg + 3 + args
    local ok, answer = pcall(run_call, step, now)
    if not ok then
      answer = { 'error', type(answer) == 'table' and answer.err or answer }
    end
    answers[#answers + 1] = answer
  end
  KEYS, ARGV = all_keys, all_args
  return answers
end

-- Runs `step(now)` at most once for each call. @returns its answer: a code and what goes with it.
local function write(step)
  -- The number of the slot's last run, and its answer.
  local kept = redis.call('HGET', KEYS[1], ARGV[2])
  if kept then
    local colon = string.find(kept, ':', 1, true)
    local number = tonumber(string.sub(kept, 1, colon - 1))
    if number == tonumber(ARGV[3]) then
      return cmsgpack.unpack(string.sub(kept, colon + 1))
    end
    if number > tonumber(ARGV[3]) then
      return { 'stale' }
    end
  end
  local answer = (ARGV[4] == 'calls' and run_calls or run_call)(step, clock(ARGV[1]))
  local added = redis.call('HSET', KEYS[1], ARGV[2], ARGV[3] .. ':' .. cmsgpack.pack(answer))
  if added > 0 or tonumber(ARGV[3]) % 16 == 0 then
    redis.call('PEXPIRE', KEYS[1], REPLIES_KEPT_MS)
  end
  return answer
end
