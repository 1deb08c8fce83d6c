/** Whether `YYYY-MM-DD` is a day there is: not 30 February, which Date.parse takes for one in March. */
export const isCalendarDay = (day: string): boolean => {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
};
