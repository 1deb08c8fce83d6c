-- Version 0, which never was released, kept aliases as one hash: the uid of each alias' index by its name. Makes rows of them.
--
-- KEYS[1] hash of the schema
-- KEYS[2] the hash of version 0
-- KEYS[3] index of the aliases
-- ARGV[1] version that this leads to
-- Derived: the rows, `{prefix}:aliases:<name>`
-- Answers: version, the one noted now
--
-- @include clock
-- @include rows

if tonumber(redis.call('HGET', KEYS[1], 'version')) < tonumber(ARGV[1]) then
  local aliases, now = redis.call('HGETALL', KEYS[2]), clock('')
  for i = 1, #aliases, 2 do
    local name = aliases[i]
    local member = string.sub(name, 1, 1) == '_' and '_' .. name or name
    set_columns(base_of(KEYS[3]) .. member, {
      name = name,
      kind = 'single',
      current_uid = aliases[i + 1],
      version = 1,
      history = '[]',
      created_at = now,
      updated_at = now,
    })
    redis.call('ZADD', KEYS[3], 0, member)
  end
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'version', ARGV[1])
end
return { 'version', redis.call('HGET', KEYS[1], 'version') }
