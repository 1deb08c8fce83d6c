-- Adds events to what waits for a sink; the oldest go where its bytes would be too many, an event that is too large by itself at once.
-- Positions already appended are passed over.
--
-- KEYS[3] row of the sink
-- KEYS[4] index of the sinks
-- KEYS[5] index of the events
-- KEYS[6] positions of this sink's events, in order
-- ARGV[6] key of the sink in the index
-- ARGV[7] sink
-- ARGV[8] how many bytes are kept
-- ARGV[9..] positions and events
-- Derived: the rows of the events, `{prefix}:<table>:<sink>:<position>`
-- Answers: appended, with how many are kept and dropped, and the first and last position dropped (empty for none)
--
-- @alone
-- @include write
-- @include escape

return write(function()
  local max_bytes = tonumber(ARGV[8])
  local sink = read_row(KEYS[3])
  local columns = sink and sink.columns or {}
  local count, bytes = tonumber(columns.events or 0), tonumber(columns.bytes or 0)
  local last_position = tonumber(columns.last_position or 0)
  local kept, dropped, lost_from, lost_to = 0, 0, nil, nil

  local function lose(position)
    dropped = dropped + 1
    lost_from = math.min(lost_from or position, position)
    lost_to = math.max(lost_to or position, position)
  end

  local highest_before = last_position
  for i = 9, #ARGV, 2 do
    local position, event = tonumber(ARGV[i]), ARGV[i + 1]
    if position > highest_before then
      last_position = position
      if #event > max_bytes then
        lose(position)
      else
        while bytes + #event > max_bytes do
          local oldest = redis.call('ZRANGE', KEYS[6], 0, 0)[1] or error('CORRUPT_ROW bytes ' .. KEYS[3], 0)
          local member = joined_key(ARGV[7], oldest)
          local key = base_of(KEYS[5]) .. member
          bytes = bytes - tonumber(redis.call('HGET', key, 'bytes') or 0)
          count = count - 1
          redis.call('DEL', key)
          redis.call('ZREM', KEYS[5], member)
          redis.call('ZREM', KEYS[6], oldest)
          if tonumber(oldest) > highest_before then
            kept = kept - 1
          end
          lose(tonumber(oldest))
        end
        local member = joined_key(ARGV[7], ARGV[i])
        set_columns(base_of(KEYS[5]) .. member, {
          sink_name = ARGV[7],
          position = ARGV[i],
          event = event,
          bytes = #event,
        })
        redis.call('ZADD', KEYS[5], ARGV[i], member)
        redis.call('ZADD', KEYS[6], ARGV[i], ARGV[i])
        bytes, count, kept = bytes + #event, count + 1, kept + 1
      end
    end
  end

  local all_from, all_to = tonumber(columns.lost_from or lost_from), tonumber(columns.lost_to or lost_to)
  if lost_from then
    all_from, all_to = math.min(all_from, lost_from), math.max(all_to, lost_to)
  end
  set_columns(KEYS[3], {
    sink_name = ARGV[7],
    events = count,
    bytes = bytes,
    last_position = last_position,
    lost_from = all_from or false,
    lost_to = all_to or false,
  })
  redis.call('ZADD', KEYS[4], 0, ARGV[6])
  return { 'appended', kept, dropped, lost_from and int(lost_from) or '', lost_to and int(lost_to) or '' }
end)
