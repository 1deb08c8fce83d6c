-- The index that has a physical uid.
--
-- KEYS[1] hash: uid by physical uid
-- ARGV[1] physical uid
-- Derived: the row, `{prefix}:indexes:<uid>`
-- Answers: row (absent: no fields)
--
-- @include rows

local uid = redis.call('HGET', KEYS[1], ARGV[1])
if not uid then
  return { 'row', {} }
end
return { 'row', all_columns(base_of(KEYS[1]) .. (string.sub(uid, 1, 1) == '_' and '_' .. uid or uid)) }
