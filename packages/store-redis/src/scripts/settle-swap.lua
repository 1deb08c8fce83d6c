-- Forgets what names stood for before a swap. Names that are gone, or settled, are left alone.
--
-- KEYS[3..] rows
-- ARGV[6] uid of the swap's task
-- Answers: settled
--
-- @alone
-- @include write
-- @include pending-swaps

return write(function()
  for i = 3, #KEYS do
    local row = read_row(KEYS[i])
    if row then
      local before, after = pending_swaps(row.columns), {}
      for _, swap in ipairs(before) do
        if swap.taskUid ~= tonumber(ARGV[6]) then
          after[#after + 1] = swap
        end
      end
      if #after < #before then
        set_columns(KEYS[i], { pending_swaps = pending_text(after) })
        announce(KEYS[i])
      end
    end
  end
  return { 'settled' }
end)
