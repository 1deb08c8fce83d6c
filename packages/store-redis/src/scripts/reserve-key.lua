-- Reserves an idempotency key, or says who has it or what came of it. Too many entries: finished ones go first, then reservations
-- under way, of each the oldest.
--
-- KEYS[3] row
-- KEYS[4] index of the table, by deadline
-- KEYS[5] entries with an answer, by creation
-- KEYS[6] reservations under way, by creation
-- ARGV[6] key in the indexes
-- ARGV[7] SHA-256 of the body, raw
-- ARGV[8] how long the reservation holds, ms
-- ARGV[9] how many entries are kept
-- ARGV[10..] columns and values
-- Derived: the rows of the entries that go, `{prefix}:<table>:<key>` of the keys in KEYS[5] and KEYS[6]
-- Answers: reserved; in_flight, with since and until; done, with task uid (empty for none), status and body; mismatch
--
-- @include write

local SEARCHED = 1000

local function drop(member)
  redis.call('DEL', base_of(KEYS[3]) .. member)
  for i = 4, 6 do
    redis.call('ZREM', KEYS[i], member)
  end
end

-- Entries past their deadline are left to the sweep, unless nothing else is found among the oldest. @returns how many are still too many.
local function drop_oldest(index, too_many, now)
  -- As ever but when the cache is full: the search below would cost more than the rest of the write.
  if too_many <= 0 then
    return 0
  end
  local expired = {}
  for _, member in ipairs(redis.call('ZRANGE', index, 0, SEARCHED - 1)) do
    if too_many <= 0 then
      return 0
    end
    local expires_at = redis.call('ZSCORE', KEYS[4], member)
    if expires_at and tonumber(expires_at) <= now then
      expired[#expired + 1] = member
    else
      drop(member)
      too_many = too_many - 1
    end
  end
  if too_many > 0 and #expired == SEARCHED then
    for _, member in ipairs(expired) do
      drop(member)
    end
  end
  return too_many
end

return write(function(now)
  local key, member = KEYS[3], ARGV[6]
  local row = read_live_row(key, 'expires_at', now)
  if row then
    local columns = row.columns
    if columns.body_sha256 ~= ARGV[7] then
      return { 'mismatch' }
    end
    if not columns.response_status then
      return { 'in_flight', columns.created_at, columns.expires_at }
    end
    return { 'done', columns.task_uid or '', columns.response_status, columns.response_body or '' }
  end
  local others = redis.call('ZCOUNT', KEYS[4], '(' .. int(now), '+inf')
  local too_many = drop_oldest(KEYS[5], others + 1 - tonumber(ARGV[9]), now)
  drop_oldest(KEYS[6], too_many, now)
  local expires_at = int(now + tonumber(ARGV[8]))
  replace_row(key, { body_sha256 = ARGV[7], created_at = now, expires_at = expires_at }, 10)
  redis.call('ZADD', KEYS[4], expires_at, member)
  redis.call('ZREM', KEYS[5], member)
  redis.call('ZADD', KEYS[6], int(now), member)
  return { 'reserved' }
end)
