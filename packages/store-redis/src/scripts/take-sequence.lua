-- Takes numbers of an index's insertion order.
--
-- KEYS[3] row
-- ARGV[6] how many
-- Answers: taken, with the first of them; not_found
--
-- @include write

return write(function()
  local row = read_row(KEYS[3])
  if not row then
    return { 'not_found', 'no such index' }
  end
  local first = number_in(row, 'next_sequence')
  set_columns(KEYS[3], { next_sequence = first + tonumber(ARGV[6]) })
  announce(KEYS[3])
  return { 'taken', int(first) }
end)
