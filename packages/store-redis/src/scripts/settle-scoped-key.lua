-- Forgets the previous key of a rotation once every live gateway has observed the present generation.
--
-- KEYS[3] row
-- KEYS[4] index of the gateways, by deadline
-- KEYS[5] index of the observations, by deadline
-- ARGV[6] index uid
-- Derived: the gateways' rows, `{prefix}:<table>:<key>` of the keys in KEYS[4]; their observations, of the table of KEYS[5]
-- Answers: settled, with the row; unsettled, with the row; not_found
--
-- @include write
-- @include escape

return write(function(now)
  local key = KEYS[3]
  local row = read_row(key)
  if not row then
    return { 'not_found', 'the index has no scoped key' }
  end
  if row.columns.previous_uid then
    local generation = number_in(row, 'generation')
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '(' .. int(now), '+inf')) do
      local gateway = redis.call('HGET', base_of(KEYS[4]) .. member, 'gateway_id')
      local observed = gateway and read_live_row(base_of(KEYS[5]) .. joined_key(ARGV[6], gateway), 'expires_at', now)
      if gateway and not (observed and number_in(observed, 'generation') >= generation) then
        return { 'unsettled', all_columns(key) }
      end
    end
    set_columns(key, { previous_uid = false })
  end
  return { 'settled', all_columns(key) }
end)
