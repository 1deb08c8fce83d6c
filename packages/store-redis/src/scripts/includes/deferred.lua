-- Changes of sorted sets, gathered while a script goes through many rows and made at its end, one command for each set: half of what a job
-- costs the server is the number of commands.

-- Arguments of one command at most: what `unpack` can hold.
local DEFERRED_ARGUMENTS = 4000

local function new_deferred()
  return { removed = {}, added = {} }
end

local function defer(lists, key, ...)
  local list = lists[key]
  if not list then
    list = {}
    lists[key] = list
  end
  for i = 1, select('#', ...) do
    list[#list + 1] = (select(i, ...))
  end
end

local function defer_remove(deferred, key, member)
  defer(deferred.removed, key, member)
end

local function defer_add(deferred, key, score, member)
  defer(deferred.added, key, score, member)
end

local function make_changes(command, lists)
  for key, list in pairs(lists) do
    for first = 1, #list, DEFERRED_ARGUMENTS do
      redis.call(command, key, unpack(list, first, math.min(first + DEFERRED_ARGUMENTS - 1, #list)))
    end
  end
end

-- Removals first: what one row leaves, another may not yet have entered.
local function make_deferred(deferred)
  make_changes('ZREM', deferred.removed)
  make_changes('ZADD', deferred.added)
end

-- Runs `body(deferred)`; what it has written stands even where it fails, so that the sets always follow.
local function with_deferred(body)
  local deferred = new_deferred()
  local ok, failure = pcall(body, deferred)
  make_deferred(deferred)
  if not ok then
    error(failure, 0)
  end
end
