-- Revokes log-ins that were opened with one admin key. Of those past their deadline only the index entry goes, so that each is met once.
--
-- KEYS[3] log-ins not revoked: `<admin key hash>:<session id hash>`
-- ARGV[6] admin key hash and a colon
-- ARGV[7] how many at most
-- Derived: the rows, `{prefix}:<table>:<session id hash>`
-- Answers: revoked, with how many
--
-- @alone
-- @include write

return write(function(now)
  local index, prefix, limit, revoked = KEYS[3], ARGV[6], tonumber(ARGV[7]), 0
  repeat
    local wanted = limit - revoked
    local found = redis.call('ZRANGEBYLEX', index, '[' .. prefix, '(' .. prefix .. '\255', 'LIMIT', 0, wanted)
    for _, member in ipairs(found) do
      local key = base_of(index) .. string.sub(member, #prefix + 1)
      if read_live_row(key, 'expires_at', now) then
        set_columns(key, { revoked = '1' })
        revoked = revoked + 1
      end
      redis.call('ZREM', index, member)
    end
  until #found < wanted or revoked == limit
  return { 'revoked', revoked }
end)
