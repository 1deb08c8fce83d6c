-- @include clock
-- @include rows

-- What every write does around its own step.
--
-- KEYS[1] replies of the connection handle: one hash, a field for each call that may be under way at once (a slot)
-- KEYS[2] row of the fence's lease; KEYS[1] again where the write is not fenced
-- ARGV[1] now, empty for the server's
-- ARGV[2] slot
-- ARGV[3] the call's number in its slot, growing
-- ARGV[4] epoch of the fence, empty for none
-- ARGV[5] channel on which changes are announced, empty for tables nobody watches
-- Answers: stale, not_holder
--
-- A call whose answer was lost is sent again with the number it had: the step is not run again, the answer is the one kept. A
-- number lower than the slot's comes from a call that its caller gave up, arriving late from a dead connection: refused. So a
-- handle keeps as many answers as it has calls under way, and no more (the slot table of NFS 4.1, RFC 8881 section 2.10.6).

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

-- Runs `step(now)` at most once for each call. @returns its answer: a code and what goes with it.
local function write(step)
  -- The number of the slot's last call, and its answer.
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
  local now = clock(ARGV[1])
  local answer
  if fence_passed(now) then
    answer = { 'not_holder', 'fence' }
  else
    answer = step(now)
  end
  local added = redis.call('HSET', KEYS[1], ARGV[2], ARGV[3] .. ':' .. cmsgpack.pack(answer))
  if added > 0 or tonumber(ARGV[3]) % 16 == 0 then
    redis.call('PEXPIRE', KEYS[1], REPLIES_KEPT_MS)
  end
  return answer
end
