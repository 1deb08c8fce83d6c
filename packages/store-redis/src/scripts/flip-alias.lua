-- Points an alias elsewhere and puts the state before on its history.
--
-- KEYS[3] row
-- ARGV[6] kind
-- ARGV[7] current uid, empty for NULL
-- ARGV[8] target uids as JSON, empty for NULL
-- ARGV[9] expected version
-- ARGV[10] how many states the history keeps
-- Answers: row, not_found, version_conflict, illegal_transition
--
-- @include write
-- @include json-parts

return write(function(now)
  local key, kind = KEYS[3], ARGV[6]
  local current, targets = ARGV[7] ~= '' and ARGV[7], ARGV[8] ~= '' and ARGV[8]
  local row = read_row(key)
  if not row then
    return { 'not_found', 'no such alias' }
  end
  local columns, version = row.columns, number_in(row, 'version')
  local expected = tonumber(ARGV[9])
  local same = columns.kind == kind and columns.current_uid == (current or nil) and columns.target_uids == (targets or nil)
  if version == expected + 1 and same then
    return { 'row', all_columns(key) }
  end
  if version ~= expected then
    return { 'version_conflict', 'it is in version ' .. int(version) }
  end
  if columns.kind ~= kind then
    return { 'illegal_transition', 'it is ' .. columns.kind .. ', not ' .. kind }
  end
  local before = string.format(
    '{"version":%s,"currentUid":%s,"targetUids":%s,"replacedAt":%s}',
    int(version),
    columns.current_uid and cjson.encode(columns.current_uid) or 'null',
    columns.target_uids or 'null',
    int(now)
  )
  local history, kept = json_parts(columns.history), {}
  table.insert(history, 1, before)
  for i = 1, math.min(#history, tonumber(ARGV[10])) do
    kept[i] = history[i]
  end
  set_columns(key, {
    current_uid = current,
    target_uids = targets,
    version = version + 1,
    history = '[' .. table.concat(kept, ',') .. ']',
    updated_at = now,
  })
  announce(key)
  return { 'row', all_columns(key) }
end)
