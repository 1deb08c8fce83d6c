-- Notes a version whose rows are those of the one before: what it added may be absent.
--
-- KEYS[1] hash of the schema
-- ARGV[1] version that this leads to
-- Answers: version, the one noted now

if tonumber(redis.call('HGET', KEYS[1], 'version')) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'version', ARGV[1])
end
return { 'version', redis.call('HGET', KEYS[1], 'version') }
