-- Revokes an operator's log-in; revoked again, nothing changes.
--
-- KEYS[3] row
-- KEYS[4] log-ins not revoked: `<admin key hash>:<session id hash>`
-- ARGV[6] session id hash
-- Answers: row, not_found
--
-- @include write

return write(function(now)
  local row = read_live_row(KEYS[3], 'expires_at', now)
  if not row then
    return { 'not_found', 'no such session' }
  end
  set_columns(KEYS[3], { revoked = '1' })
  redis.call('ZREM', KEYS[4], row.columns.admin_key_hash .. ':' .. ARGV[6])
  return { 'row', all_columns(KEYS[3]) }
end)
