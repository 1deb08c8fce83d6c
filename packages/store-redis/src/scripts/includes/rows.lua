-- Rows: one hash each, a field a column, an absent field for NULL.

-- The text of an integer; Lua's own `tostring` writes 1.7e+12.
local function int(number)
  return string.format('%.0f', number)
end

-- `{prefix}:<table>:` of a key: what every key of that table begins with, whatever the key itself holds after it.
local function base_of(key)
  return string.match(key, '^{[^}]*}:[^:]*:')
end

local function corrupt(key, column)
  error('CORRUPT_ROW ' .. column .. ' ' .. key, 0)
end

-- The row as a table of columns, and flat as the server gives it; nil where there is none.
local function as_row(key, flat)
  local columns = {}
  for i = 1, #flat, 2 do
    columns[flat[i]] = flat[i + 1]
  end
  return { key = key, columns = columns, flat = flat }
end

local function read_row(key)
  local flat = redis.call('HGETALL', key)
  return #flat > 0 and as_row(key, flat) or nil
end

-- A number of a row that may not be NULL.
local function number_in(row, column)
  return tonumber(row.columns[column]) or corrupt(row.key, column)
end

-- The row, or nil where there is none or its deadline is at or before now.
local function read_live_row(key, deadline, now)
  local row = read_row(key)
  if row and (deadline == '' or number_in(row, deadline) > now) then
    return row
  end
  return nil
end

-- Sets columns; `false` makes one NULL.
local function set_columns(key, columns)
  local fields, nulls = {}, {}
  for column, value in pairs(columns) do
    if value == false then
      nulls[#nulls + 1] = column
    else
      fields[#fields + 1] = column
      fields[#fields + 1] = type(value) == 'number' and int(value) or value
    end
  end
  if #fields > 0 then
    redis.call('HSET', key, unpack(fields))
  end
  if #nulls > 0 then
    redis.call('HDEL', key, unpack(nulls))
  end
end

-- Sets columns of a row that has been read, there and here.
local function change_row(row, changes)
  set_columns(row.key, changes)
  for column, value in pairs(changes) do
    row.columns[column] = type(value) == 'number' and int(value) or value or nil
  end
end

-- Makes the row hold these columns and no others: `columns`, and the name and value pairs in ARGV from `first` on. Nothing is deleted
-- without need: Redis lets a script that has begun with a DEL go past maxmemory.
-- @returns the columns that the caller did not give, as `text_of` writes them.
local function replace_row(key, columns, first)
  local fields = { unpack(ARGV, first) }
  local given = #fields
  for column, value in pairs(columns) do
    if value ~= false then
      fields[#fields + 1] = column
      fields[#fields + 1] = type(value) == 'number' and int(value) or value
    end
  end
  if redis.call('HSET', key, unpack(fields)) < #fields / 2 and redis.call('HLEN', key) > #fields / 2 then
    redis.call('DEL', key)
    redis.call('HSET', key, unpack(fields))
  end
  return table.concat(fields, '\0', given + 1)
end

-- A row's columns as one text: names and values one after the other. Only for tables without bytes, since no text holds a NUL.
local function text_of(columns)
  local flat, n = {}, 0
  for column, value in pairs(columns) do
    flat[n + 1], flat[n + 2] = column, value
    n = n + 2
  end
  return table.concat(flat, '\0')
end

local function all_columns(key)
  return redis.call('HGETALL', key)
end
