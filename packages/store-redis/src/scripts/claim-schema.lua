-- Notes the version of an empty store, unless another has.
--
-- KEYS[1] hash of the schema
-- ARGV[1] version
-- Answers: version, the one noted now

redis.call('HSETNX', KEYS[1], 'version', ARGV[1])
return { 'version', redis.call('HGET', KEYS[1], 'version') }
